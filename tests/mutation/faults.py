"""The kinds of fault, by what they are planted in. Each takes a random generator and a value and
gives another value that only looks like it, or UNFIT where that value has no such fault."""
import copy
import datetime
import struct
import unicodedata
from decimal import Decimal

from records import Raw, dump

UNFIT = object()
SEP = '<SEP>'


def unless_same(value, new):
    return UNFIT if new == value else new


def replace_once(rng, text, old, new):
    places = [i for i in range(len(text)) if text.startswith(old, i)]
    if not places:
        return UNFIT
    at = rng.choice(places)
    return text[:at] + new + text[at + len(old):]


def swap_neighbours(rng, text):
    places = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    if not places:
        return UNFIT
    i = rng.choice(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2:]


def swap_case(rng, text):
    places = [i for i, c in enumerate(text) if c.isascii() and c.isalpha()]
    if not places:
        return UNFIT
    i = rng.choice(places)
    return text[:i] + text[i].swapcase() + text[i + 1:]


def other_form(rng, text):
    form = rng.choice(['NFC', 'NFD'])
    for name in form, 'NFD' if form == 'NFC' else 'NFC':
        if unicodedata.normalize(name, text) != text:
            return unicodedata.normalize(name, text)
    return UNFIT


def cut(rng, text):
    return text[:rng.randrange(len(text))] if text else UNFIT


def drop_character(rng, text):
    i = rng.randrange(len(text)) if text else 0
    return text[:i] + text[i + 1:] if text else UNFIT


def double_character(rng, text):
    i = rng.randrange(len(text)) if text else 0
    return text[:i] + text[i:i + 1] + text[i:] if text else UNFIT


def insert_unseen(rng, text):
    i = rng.randrange(len(text) + 1)
    return text[:i] + rng.choice(['\u200b', '\ufeff', '\u0301', '\u00ad', '\x7f', '\x01']) + text[i:]


TEXT = {
    'a character more': lambda rng, text: text + rng.choice('x.0é'),
    'the last one cut off': lambda rng, text: text[:-1] if text else UNFIT,
    'cut somewhere': cut,
    'a character dropped': drop_character,
    'a character doubled': double_character,
    'neighbours swapped': swap_neighbours,
    'another case': swap_case,
    'a blank behind': lambda rng, text: text + ' ',
    'a blank before': lambda rng, text: ' ' + text,
    'a newline behind': lambda rng, text: text + '\n',
    'something unseen': insert_unseen,
    'empty': lambda rng, text: unless_same(text, ''),
}
# Only some texts have these in them.
SOME_TEXT = {
    'another normal form': other_form,
    'a tab for a blank': lambda rng, text: replace_once(rng, text, ' ', '\t'),
    'a no-break space': lambda rng, text: replace_once(rng, text, ' ', '\u00a0'),
    'a letter like it': lambda rng, text: replace_once(rng, text, 'a', 'а'),  # a Cyrillic one
    'stripped': lambda rng, text: unless_same(text, text.strip()),
}
CRLF = {'LF for CRLF': lambda rng, text: replace_once(rng, text, '\r\n', '\n')}

INTEGER = {
    'one more': lambda rng, value: Raw(int(value) + 1),
    'one less': lambda rng, value: Raw(int(value) - 1),
    'negative': lambda rng, value: unless_same(value, Raw(-int(value))),
    '0': lambda rng, value: unless_same(value, Raw(0)),
    'the last digit gone': lambda rng, value: unless_same(value, Raw(int(value) // 10)),
}


def later(**distance):
    def move(rng, value):
        time = datetime.datetime.fromisoformat(value)
        return (time + datetime.timedelta(**distance)).isoformat()
    return move


SECONDS = {
    'a second later': later(seconds=1), 'a second earlier': later(seconds=-1), 'an hour later': later(hours=1),
    'a day earlier': later(days=-1), '1970': lambda rng, value: '1970-01-01T00:00:00',
}
MICROSECONDS = {'1 us later': later(microseconds=1), '1 us earlier': later(microseconds=-1), **SECONDS}


def flip(bit):
    def change(rng, vector):
        vector = list(vector)
        for i in rng.sample(range(len(vector)), len(vector)):
            number, = struct.unpack('<I', struct.pack('<f', vector[i]))
            if (number ^ 1 << bit) >> 23 & 255 != 255:  # pgvector takes neither NaN nor Infinity
                vector[i], = struct.unpack('<f', struct.pack('<I', number ^ 1 << bit))
                return vector
        return UNFIT
    return change


def swap_numbers(rng, vector):
    i, j = rng.sample(range(len(vector)), 2)
    vector = list(vector)
    vector[i], vector[j] = vector[j], vector[i]
    return vector


VECTOR = {**{f'bit {bit}': flip(bit) for bit in range(32)}, 'two numbers swapped': swap_numbers,
          'turned round': lambda rng, vector: vector[::-1], 'all half': lambda rng, vector: [x / 2 for x in vector]}


def drop_element(rng, items):
    i = rng.randrange(len(items)) if items else 0
    return items[:i] + items[i + 1:] if items else UNFIT


def double_element(rng, items):
    i = rng.randrange(len(items)) if items else 0
    return items[:i + 1] + items[i:] if items else UNFIT


def swap_elements(rng, items):
    i, j = rng.sample(range(len(items)), 2) if len(items) > 1 else (0, 0)
    items = list(items)
    if items:
        items[i], items[j] = items[j], items[i]
    return items


def unless_same_list(change):
    return lambda rng, items: unless_same(items, change(rng, items))


LIST = {
    'an element dropped': drop_element,
    'an element doubled': double_element,
    'an element more': lambda rng, items: items + ['planted'],
    'two elements swapped': unless_same_list(swap_elements),
    'a null more': lambda rng, items: items + [None],
    'no element': lambda rng, items: unless_same(items, []),
}
TEXT_ARRAY = {
    **LIST,
    'two elements made one': lambda rng, items: [items[0] + SEP + items[1]] + items[2:] if len(items) > 1 else UNFIT,
    'an element changed': lambda rng, items: items[:-1] + [items[-1] + 'x'] if items else UNFIT,
    'an empty element': lambda rng, items: items + [''],
}


def respell(rng, number):
    text = str(number)
    if 'e' in text.lower():
        return UNFIT
    return Raw(text + '0' if '.' in text else text + '.0')


def next_number(rng, number):
    """The last digit that is written, one more."""
    value = Decimal(number)
    return Raw(format(value + Decimal((0, (1,), value.as_tuple().exponent)), 'f'))


def as_double(rng, number):
    double = Decimal(float(number))
    return UNFIT if double == Decimal(number) or abs(double) < 1 else Raw(format(double, 'f'))


NUMBER = {
    'its last digit': next_number,
    'another spelling': respell,
    'a text': lambda rng, number: str(number),
    'negated': lambda rng, number: Raw(format(-Decimal(number), 'f')) if Decimal(number) else UNFIT,
    'a double': as_double,
}
BOOLEAN = {'the other one': lambda rng, value: not value, 'a text': lambda rng, value: str(value).lower(),
           'a number': lambda rng, value: Raw(int(value))}
NOTHING = {'a text': lambda rng, value: 'null', 'empty': lambda rng, value: '', 'false': lambda rng, value: False,
           '0': lambda rng, value: Raw(0), 'a list': lambda rng, value: [], 'an object': lambda rng, value: {}}


def rename(rng, value):
    if not value:
        return UNFIT
    name = rng.choice(sorted(value))
    return {new if old == name else old: item for old, item in value.items() for new in [name + 'x']}


def drop_member(rng, value):
    if not value:
        return UNFIT
    name = rng.choice(sorted(value))
    return {old: item for old, item in value.items() if old != name}


OBJECT = {
    'a member more': lambda rng, value: {**value, 'planted': None},
    'a member dropped': drop_member,
    'a member renamed': rename,
    'a list': lambda rng, value: [value],
    'its text': lambda rng, value: dump(value),
    'empty': lambda rng, value: unless_same(value, {}),
}
JSON_TEXT = {**TEXT, **SOME_TEXT, 'null': lambda rng, value: None}
JSON_LIST = {**LIST, 'null': lambda rng, value: None, 'an object': lambda rng, value: {}}


def json_kinds(value):
    if isinstance(value, Raw):
        return {**NUMBER, 'null': lambda rng, number: None}
    if isinstance(value, str):
        return JSON_TEXT
    if isinstance(value, bool):
        return {**BOOLEAN, 'null': lambda rng, boolean: None}
    if value is None:
        return NOTHING
    return OBJECT if isinstance(value, dict) else JSON_LIST


def json_places(value, path=()):
    """Every place in a JSON value, as (pattern, path): a list's elements share a pattern."""
    yield tuple('*' if isinstance(step, int) else step for step in path), path
    if isinstance(value, dict):
        for name in value:
            yield from json_places(value[name], (*path, name))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from json_places(item, (*path, i))


def json_get(value, path):
    for step in path:
        value = value[step]
    return value


def json_put(value, path, new):
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = json_put(value[path[0]], path[1:], new)
    return value
