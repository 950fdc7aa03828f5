"""Check digits of identity numbers and payment cards, from their public specifications.

Each takes what a pattern matched, separators included, and says whether it can be such a number.
"""

from __future__ import annotations

import re
from datetime import date
from ipaddress import ip_address, ip_network

DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CN_PROVINCES = {
    "1": "12345",
    "2": "123",
    "3": "1234567",
    "4": "123456",
    "5": "01234",
    "6": "12345",
    "7": "1",
    "8": "123",
}
TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
INN_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def bare(text: str) -> str:
    """Give letters and digits alone, in capitals."""
    return re.sub(r"[^0-9A-Za-z]", "", text).upper()


def luhn(text: str) -> bool:
    """Check a number whose last digit is Luhn's (ISO/IEC 7812-1, annex B).

    >>> luhn("4539 1488 0343 6467"), luhn("4539 1488 0343 6468")
    (True, False)
    """
    digits = [int(c) for c in bare(text)]
    doubled = [d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def card(text: str) -> bool:
    """Check a payment card's number: an issuer's prefix and Luhn's digit."""
    return luhn(text) and re.match("[3-6]|2[2-7]", text) is not None


def fr_nir(text: str) -> bool:
    """Check a French NIR: key = 97 - number mod 97; Corsica's 2A and 2B count as 19 and 18 (INSEE).

    >>> fr_nir("2 55 08 14 168 025 38"), fr_nir("2 55 08 14 168 025 39")
    (True, False)
    """
    number = bare(text).replace("2A", "19").replace("2B", "18")
    return len(number) == 15 and number.isdigit() and int(number[13:]) == 97 - int(number[:13]) % 97


def es_dni(text: str) -> bool:
    """Check a Spanish DNI or NIE: the letter is number mod 23, X Y Z at the front count 0 1 2 (Real Decreto 1553/2005).

    >>> es_dni("12345678Z"), es_dni("X1234567L"), es_dni("12345678A")
    (True, True, False)
    """
    number = bare(text)
    digits = number[:-1].replace("X", "0", 1).replace("Y", "1", 1).replace("Z", "2", 1)
    return digits.isdigit() and DNI_LETTERS[int(digits) % 23] == number[-1]


def es_nuss(text: str) -> bool:
    """Check a Spanish social security number: two last digits = the others mod 97 (Tesorería General)."""
    number = bare(text)
    province, serial, control = int(number[:2]), int(number[2:10]), int(number[10:])
    joined = province * 10_000_000 + serial if serial < 10_000_000 else int(number[:10])
    return 1 <= province <= 66 and joined % 97 == control


def ru_snils(text: str) -> bool:
    """Check a Russian SNILS: sum of digits by weights 9 to 1, mod 101, 100 counting as 0 (Pension Fund).

    >>> ru_snils("112-233-445 95"), ru_snils("112-233-445 96")
    (True, False)
    """
    number = bare(text)
    total = sum(int(d) * w for d, w in zip(number, range(9, 0, -1)))
    return int(number[:9]) > 1_001_998 and total % 101 % 100 == int(number[9:])


def ru_inn(text: str) -> bool:
    """Check a person's INN: two control digits by weights, mod 11 mod 10 (Federal Tax Service)."""
    digits = [int(d) for d in bare(text)]
    first = sum(d * w for d, w in zip(digits, INN_WEIGHTS[1:])) % 11 % 10
    second = sum(d * w for d, w in zip(digits, INN_WEIGHTS)) % 11 % 10
    return (first, second) == (digits[10], digits[11])


def cn_id(text: str) -> bool:
    """Check a Chinese resident identity number: province, date of birth, ISO 7064 mod 11-2 digit (GB 11643-1999).

    >>> cn_id("11010519491231002X"), cn_id("110105194912310021")
    (True, False)
    """
    number = bare(text)
    total = sum(int(d) * w for d, w in zip(number, CN_WEIGHTS))
    place = number[1] in CN_PROVINCES.get(number[0], "")
    return place and is_date(number[6:14]) and "10X98765432"[total % 11] == number[17]


def is_date(text: str) -> bool:
    """Say whether eight digits are a date from 1900 to 2099, year first."""
    try:
        return 1900 <= date(int(text[:4]), int(text[4:6]), int(text[6:])).year < 2100
    except ValueError:
        return False


def tw_id(text: str) -> bool:
    """Check a Taiwanese identity number: the letter counts two digits, weights 1 9 8 ... 1 1, mod 10."""
    number = bare(text)
    letter = TW_LETTERS.index(number[0]) + 10
    weighted = sum(int(d) * w for d, w in zip(number[1:9], range(8, 0, -1)))
    return (letter // 10 + letter % 10 * 9 + weighted + int(number[9])) % 10 == 0


def jp_my_number(text: str) -> bool:
    """Check a Japanese individual number: 11 - weighted sum mod 11, 0 where that is above 9 (Ordinance 85 of 2014).

    >>> jp_my_number("1234 5678 9018"), jp_my_number("1234 5678 9019")
    (True, False)
    """
    digits = [int(d) for d in bare(text)]
    rest = sum(d * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(digits[:11]), 1)) % 11
    return digits[11] == (0 if rest <= 1 else 11 - rest)


def uk_nhs(text: str) -> bool:
    """Check an NHS number: 11 - weighted sum mod 11, 11 counting as 0 and 10 as invalid (NHS Data Dictionary).

    >>> uk_nhs("943 476 5919"), uk_nhs("943 476 5918")
    (True, False)
    """
    digits = [int(d) for d in bare(text)]
    control = (11 - sum(d * w for d, w in zip(digits, range(10, 1, -1))) % 11) % 11
    return len(set(digits)) > 1 and control == digits[9]


def us_ssn(text: str) -> bool:
    """Check the form of a US social security number: no area 000, 666, 9xx; no group 00; no serial 0000 (SSA)."""
    number = bare(text)
    area = number[:3] not in ("000", "666") and number[0] != "9"
    return area and number[3:5] != "00" and number[5:] != "0000" and len(set(number)) > 1


def ch_ahv(text: str) -> bool:
    """Check a Swiss AHV number: 756 and the check digit of EAN-13 (ZAS).

    >>> ch_ahv("756.9217.0769.85"), ch_ahv("756.9217.0769.84")
    (True, False)
    """
    return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(bare(text))) % 10 == 0


def be_nrn(text: str) -> bool:
    """Check a Belgian national number: 97 - number mod 97, with a 2 in front of it for births from 2000 on."""
    number = bare(text)
    return int(number[9:]) in (97 - int(number[:9]) % 97, 97 - int("2" + number[:9]) % 97)


def cl_rut(text: str) -> bool:
    """Check a Chilean RUT: 11 - sum by weights 2 to 7 from the right mod 11, 10 written K and 11 written 0.

    >>> cl_rut("12.345.678-5"), cl_rut("12.345.678-6")
    (True, False)
    """
    number = bare(text)
    total = sum(int(d) * (2 + i % 6) for i, d in enumerate(reversed(number[:-1])))
    return "0K987654321"[total % 11] == number[-1]


NOT_PUBLIC = tuple(
    ip_network(n)
    for n in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
"""IANA's special-purpose registries (RFC 6890), written out: what `ipaddress` says has changed between versions."""
UNICAST = ip_network("2000::/3")


def is_address(text: str) -> bool:
    """Say whether a text is an internet address, of whatever network."""
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def public_ip(text: str) -> bool:
    """Say whether an address of version 4 or 6 is on the public internet.

    >>> [public_ip(a) for a in ("81.2.69.142", "192.168.0.1", "2a00:1450:4001::5", "ff02::1", "B::CC")]
    [True, False, True, False, False]
    """
    if not is_address(text):
        return False
    address = ip_address(text)
    return (address.version == 4 or address in UNICAST) and not any(address in n for n in NOT_PUBLIC)
