# migrate.mk: migrations as targets of your own makefile; hr-make(7) tells more.
#
#	HR_DATABASES = mydb papers
#	papers.options = --embedding-model BAAI/bge-m3
#	include migrate.mk
#
# A target is the name of a registered database, a dot, and what to do. Only a migration that
# came to its end leaves a stamp: hr's report of it, as JSON. The others are done each time.

HR ?= hr
HR_STAMPS ?= .hr
HR_OPTIONS ?=

hr_words = dry-run migrate staged verify status backup backups jobs rollback cleanup
.PHONY: $(foreach word,$(hr_words),$(HR_DATABASES:%=%.$(word)))

# Of a single database, and of all; both may be set for a target or on the command line.
hr_options = $(HR_OPTIONS) $($*.options)
hr_migrate = $(HR) backend migrate $* $(hr_options)
# What failed leaves its report on standard output, and no stamp.
define hr_stamp
@mkdir -p $(@D)
$(hr_migrate) $(1) --json >$@.partial || { status=$$?; cat $@.partial; rm -f $@.partial; exit $$status; }
@mv $@.partial $@
endef
hr_stamps = $(wildcard $(HR_STAMPS)/$*.migrate $(HR_STAMPS)/$*.staged)

$(HR_DATABASES:%=%.dry-run): %.dry-run:
	$(hr_migrate) --dry-run

$(HR_DATABASES:%=%.migrate): %.migrate: $(HR_STAMPS)/%.migrate
$(HR_DATABASES:%=$(HR_STAMPS)/%.migrate): $(HR_STAMPS)/%.migrate:
	$(call hr_stamp)

$(HR_DATABASES:%=%.staged): %.staged: $(HR_STAMPS)/%.staged
$(HR_DATABASES:%=$(HR_STAMPS)/%.staged): $(HR_STAMPS)/%.staged:
	$(call hr_stamp,--staged)

$(HR_DATABASES:%=%.verify): %.verify:
	$(HR) backend verify $*

$(HR_DATABASES:%=%.status): %.status:
	$(HR) backend status $*

$(HR_DATABASES:%=%.backup): %.backup:
	$(HR) backend migrate $* --backup-only

$(HR_DATABASES:%=%.backups): %.backups:
	$(HR) backend migrate $* --list-backups

$(HR_DATABASES:%=%.jobs): %.jobs:
	$(HR) backend jobs $*

# Of the job whose stamp is there; the stamp goes with it.
$(HR_DATABASES:%=%.rollback): %.rollback:
	$(if $(hr_stamps),,$(error $*: there is no stamp of a migration in $(HR_STAMPS): hr backend migrate $* --rollback JOB))
	$(HR) backend migrate $* $(filter -y --yes,$(hr_options)) \
	    --rollback "$$(sed -n 's/.*"job":"\([0-9a-f-]*\)".*/\1/p' $(lastword $(hr_stamps)) | head -n 1)"
	@rm -f $(lastword $(hr_stamps))

$(HR_DATABASES:%=%.cleanup): %.cleanup:
	$(HR) backend cleanup $* $(filter -y --yes,$(hr_options))
