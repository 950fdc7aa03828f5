"""Made-up personal data in made-up sentences, seeded: what the pii stage must find, and what it must leave alone.

Check digits are worked out here anew, from the specifications and not from the stage's code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple


class Planted(NamedTuple):
    """A sentence with personal data: kind, language, text, and the characters that are personal."""

    kind: str
    lang: str
    text: str
    secret: str


def digits(chance: Random, number: int, first: str = "0123456789") -> str:
    return chance.choice(first) + "".join(chance.choices("0123456789", k=number - 1))


def with_luhn(body: str) -> str:
    """Append the digit that makes the sum of the number, every second digit doubled, a multiple of ten."""
    for last in "0123456789":
        doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(body + last))]
        if sum(d // 10 + d % 10 for d in doubled) % 10 == 0:
            return body + last
    raise AssertionError("one of ten digits fits")


def nir(chance: Random) -> str:
    body = f"{chance.choice('12')}{chance.randint(0, 99):02}{chance.randint(1, 12):02}{chance.randint(1, 95):02}"
    body = body.replace("20", "21") + digits(chance, 6)
    key = f"{97 - int(body) % 97:02}"
    parts = (body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:], key)
    return chance.choice(["", " "]).join(parts)


def dni(chance: Random) -> str:
    number = chance.randint(10_000_000, 99_999_999)
    letter = "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23]
    if chance.random() < 0.3:
        front = chance.choice("XYZ")
        number = number % 10_000_000
        return f"{front}{number:07}{'TRWAGMYFPDXBNJZSQVHLCKE'[('XYZ'.index(front) * 10_000_000 + number) % 23]}"
    return f"{number}{chance.choice(['', '-'])}{letter}"


def snils(chance: Random) -> str:
    body = digits(chance, 9, "123456789")
    control = sum(int(d) * (9 - i) for i, d in enumerate(body)) % 101 % 100
    return f"{body[:3]}-{body[3:6]}-{body[6:]} {control:02}"


def resident_id(chance: Random) -> str:
    body = chance.choice(["110105", "310104", "440306", "510107"])
    body += f"{chance.randint(1930, 2015)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{digits(chance, 3)}"
    rest = (1 - sum(int(d) * 2 ** (17 - i) for i, d in enumerate(body)) % 11) % 11
    return body + ("X" if rest == 10 else str(rest))


def my_number(chance: Random) -> str:
    body = digits(chance, 11, "123456789")
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(d) * w for d, w in zip(body, weights)) % 11
    number = body + str(0 if rest <= 1 else 11 - rest)
    return chance.choice(["", " ", "-"]).join((number[:4], number[4:8], number[8:]))


def ssn(chance: Random) -> str:
    return f"{chance.randint(100, 665)}-{chance.randint(1, 99):02}-{chance.randint(1, 9999):04}"


def card(chance: Random) -> str:
    number = with_luhn(chance.choice("45") + digits(chance, 14, "12345"))
    return chance.choice(["", " ", "-"]).join(number[i : i + 4] for i in range(0, 16, 4))


def address(chance: Random) -> str:
    if chance.random() < 0.2:
        return ":".join(["2a02", *(f"{chance.randint(4096, 65535):x}" for _ in range(7))])
    return ".".join(str(n) for n in (chance.randint(128, 165), *(chance.randint(17, 250) for _ in range(3))))


NAMES = ("anna.meyer", "jdupont", "ivan_petrov", "m.garcia", "k-tanaka", "li.wei", "dr.smith+lab", "patient42")
HOSTS = ("hospital.org", "clinic.com", "mail.fr", "uni-med.es", "hospital.ru", "mail.co.jp", "clinic.cn")


def email(chance: Random) -> str:
    return f"{chance.choice(NAMES)}@{chance.choice(HOSTS)}"


def login(chance: Random) -> str:
    return f"{chance.choice(['smith', 'dupont', 'petrov'])}:{chance.choice(['secret', 'pa55word'])}"


PHONES: dict[str, Callable[[Random], str]] = {
    "en": lambda r: r.choice(
        [
            f"({r.randint(201, 989)}) {r.randint(201, 989)}-{digits(r, 4)}",
            f"{r.randint(201, 989)}-{r.randint(201, 989)}-{digits(r, 4)}",
            f"+44 20 {digits(r, 4, '7')} {digits(r, 4)}",
            f"+1 {r.randint(201, 989)} {r.randint(201, 989)} {digits(r, 4)}",
        ]
    ),
    "fr": lambda r: r.choice([" ", ".", "-"]).join([f"0{r.randint(1, 9)}", *(digits(r, 2) for _ in range(4))]),
    "es": lambda r: r.choice(
        [
            f"6{digits(r, 2)} {digits(r, 3)} {digits(r, 3)}",
            f"91 {digits(r, 3)} {digits(r, 2)} {digits(r, 2)}",
            f"+34 6{digits(r, 8)}",
        ]
    ),
    "ru": lambda r: f"{r.choice(['+7', '8'])} (495) {digits(r, 3)}-{digits(r, 2)}-{digits(r, 2)}",
    "zh": lambda r: r.choice([f"1{r.choice('3578')}{digits(r, 9)}", f"010-{digits(r, 8, '68')}"]),
    "ja": lambda r: r.choice(
        [
            f"03-{digits(r, 4, '356')}-{digits(r, 4)}",
            f"090-{digits(r, 4)}-{digits(r, 4)}",
            f"０６－{wide(digits(r, 4, '6'))}－{wide(digits(r, 4))}",
        ]
    ),
}


def wide(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))


BIRTHS: dict[str, Callable[[int, int, int], list[str]]] = {
    "en": lambda y, m, d: [f"{d} March {y}", f"March {d}, {y}", f"{m:02}/{d:02}/{y}", f"{y}-{m:02}-{d:02}"],
    "fr": lambda y, m, d: [f"{d} mars {y}", f"{d:02}/{m:02}/{y}", f"{d:02}.{m:02}.{y}"],
    "es": lambda y, m, d: [f"{d} de mayo de {y}", f"{d:02}/{m:02}/{y}", f"{d:02}-{m:02}-{y}"],
    "ru": lambda y, m, d: [f"{d} марта {y}", f"{d:02}.{m:02}.{y}"],
    "zh": lambda y, m, d: [f"{y}年{m}月{d}日", f"{y}-{m:02}-{d:02}"],
    "ja": lambda y, m, d: [f"{y}年{m}月{d}日", f"昭和{y - 1925}年{m}月{d}日"],
}
NATIONAL: dict[str, Callable[[Random], str]] = {
    "en": ssn,
    "fr": nir,
    "es": dni,
    "ru": snils,
    "zh": resident_id,
    "ja": my_number,
}

CARRIERS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "email": ("Please write to {} before the visit.", "Contact: {}"),
        "login": ("The images are at https://{}@pacs.example.org/study now.",),
        "phone": ("Her daughter can be reached at {} in the evening.", "Phone: {}", "Call {} for results."),
        "ip": ("The portal was opened from {} twice.", "Last login {}."),
        "national_id": ("SSN {} was given at admission.", "The insured person ({}) agreed."),
        "card": ("Paid with card {} yesterday.", "Card number: {}"),
        "record": ("MRN: {}, seen on the ward.", "Medical record number {} was reviewed.", "Patient ID {}"),
        "birth_date": ("The patient, born on {}, has asthma.", "Date of birth: {}", "DOB {}, male"),
    },
    "fr": {
        "email": ("Merci d'écrire à {} avant la visite.", "Courriel : {}"),
        "login": ("Les images sont sur https://{}@pacs.example.org/etude.",),
        "phone": ("Sa fille est joignable au {} le soir.", "Tél. : {}", "Appelez le {} pour les résultats."),
        "ip": ("Le portail a été ouvert depuis {} hier.",),
        "national_id": ("Numéro de sécurité sociale : {}.", "L'assurée ({}) a consenti."),
        "card": ("Payé par carte {} hier.",),
        "record": ("Dossier n° {}, vu en consultation.", "Numéro de dossier : {}", "IPP : {}"),
        "birth_date": ("Patiente née le {}, asthmatique.", "Date de naissance : {}", "Il est né le {} à Lyon."),
    },
    "es": {
        "email": ("Escriba a {} antes de la visita.", "Correo: {}"),
        "login": ("Las imágenes están en https://{}@pacs.example.org/estudio.",),
        "phone": ("Llame al {} para los resultados.", "Tel.: {}", "Teléfono {} (hija)"),
        "ip": ("El portal se abrió desde {} ayer.",),
        "national_id": ("DNI: {}.", "La paciente con documento {} aceptó."),
        "card": ("Pagado con la tarjeta {} ayer.",),
        "record": ("Historia clínica nº {}, vista en consulta.", "NHC: {}", "Número de historia: {}"),
        "birth_date": ("Nacido el {}, con asma.", "Fecha de nacimiento: {}", "paciente nacida el {} en León"),
    },
    "ru": {
        "email": ("Пишите на {} до визита.", "Почта: {}"),
        "login": ("Снимки лежат на https://{}@pacs.example.org/study.",),
        "phone": ("Телефон дочери {} (вечером).", "Тел.: {}", "Результаты можно узнать по номеру {}."),
        "ip": ("Портал открывали с адреса {} вчера.",),
        "national_id": ("СНИЛС {} указан при поступлении.", "Застрахованное лицо ({}) согласно."),
        "card": ("Оплачено картой {} вчера.",),
        "record": ("История болезни № {}, осмотрен.", "№ истории болезни: {}", "Медицинская карта № {}"),
        "birth_date": ("Дата рождения: {}.", "Пациент родился {} в Омске.", "Больная родилась {}, страдает астмой."),
    },
    "zh": {
        "email": ("就诊前请发邮件至{}联系。", "邮箱：{}"),
        "login": ("影像见https://{}@pacs.example.org/study。",),
        "phone": ("家属电话{}，晚上可联系。", "手机：{}", "请拨打{}查询结果。"),
        "ip": ("昨天从{}登录过系统。",),
        "national_id": ("身份证号：{}。", "患者（{}）已同意。"),
        "card": ("昨天用银行卡{}付款。",),
        "record": ("病案号：{}，已入院。", "住院号{}", "门诊号为{}。"),
        "birth_date": ("出生日期：{}，男。", "患者生于{}，汉族。", "出生年月：{}"),
    },
    "ja": {
        "email": ("受診前に{}までご連絡ください。", "メール：{}"),
        "login": ("画像はhttps://{}@pacs.example.org/studyにあります。",),
        "phone": ("娘さんの電話は{}です。", "電話番号：{}", "結果は{}まで。"),
        "ip": ("昨日{}から接続された。",),
        "national_id": ("マイナンバー：{}。", "個人番号は{}です。"),
        "card": ("昨日カード{}で支払い済み。",),
        "record": ("カルテ番号：{}、入院中。", "患者ID：{}", "診察券番号は{}です。"),
        "birth_date": ("生年月日：{}、男性。", "患者は{}生まれの女性。", "生年月日 {}"),
    },
}


UNSEEN: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "email": ("cc {} and the GP",),
        "phone": ("Emergency contact: mother {}", "ring her on {}"),
        "national_id": ("insured under {}", "SS# {}"),
        "card": ("Mastercard ending soon: {}",),
        "record": ("Hosp. no. {}", "Record {}", "MR# {}"),
        "birth_date": ("D.O.B: {}", "born {}", "birthday {}"),
    },
    "fr": {
        "email": ("copie à {} et au médecin traitant",),
        "phone": ("Contact d'urgence : mère {}", "la joindre au {}"),
        "national_id": ("assuré sous {}", "sécu {}"),
        "card": ("carte bancaire : {}",),
        "record": ("Dossier médical n° {}", "n° dossier {}", "Réf. patient {}"),
        "birth_date": ("DDN : {}", "née, le {}", "anniversaire {}"),
    },
    "es": {
        "email": ("copia a {} y al médico",),
        "phone": ("Contacto de urgencia: madre {}", "localizable en el {}"),
        "national_id": ("asegurado con {}", "documento nº {}"),
        "card": ("tarjeta bancaria: {}",),
        "record": ("Historia nº {}", "Nº HC {}", "historia {}"),
        "birth_date": ("F. de nacimiento {}", "nacida en Madrid el {}", "cumpleaños {}"),
    },
    "ru": {
        "email": ("копия: {} и участковому врачу",),
        "phone": ("Экстренная связь: мать {}", "звонить по {}"),
        "national_id": ("застрахован под {}", "страх. св-во {}"),
        "card": ("банковская карта: {}",),
        "record": ("Карта № {}", "история № {}", "Мед. карта {}"),
        "birth_date": ("Год и дата рождения {}", "рождён {}", "день рождения {}"),
    },
    "zh": {
        "email": ("抄送{}及家庭医生",),
        "phone": ("紧急联系人母亲{}", "可致电{}"),
        "national_id": ("参保人{}", "证件{}"),
        "card": ("银行卡：{}",),
        "record": ("住院病案号：{}", "病历编号{}", "患者编号：{}"),
        "birth_date": ("生日：{}", "{}生", "出生年月日{}"),
    },
    "ja": {
        "email": ("{}とかかりつけ医に写し",),
        "phone": ("緊急連絡先の母{}", "{}に電話"),
        "national_id": ("被保険者{}", "個人番号（{}）"),
        "card": ("銀行カード：{}",),
        "record": ("カルテ番号 {}", "患者No {}", "診察番号{}"),
        "birth_date": ("生年月日は{}", "{}に出生", "お誕生日 {}"),
    },
}
"""Written after the patterns and never tuned to: nearer to what a recall in real notes may be."""


def secret(chance: Random, kind: str, lang: str) -> str:
    """Make up one piece of personal data."""
    if kind == "birth_date":
        return chance.choice(BIRTHS[lang](chance.randint(1930, 1985), chance.randint(1, 12), chance.randint(1, 28)))
    if kind == "record":
        return chance.choice(
            [digits(chance, 8), f"{chance.randint(2015, 2025)}-{digits(chance, 5)}", f"H{digits(chance, 6)}"]
        )
    makers = {
        "email": email,
        "login": login,
        "phone": PHONES[lang],
        "ip": address,
        "national_id": NATIONAL[lang],
        "card": card,
    }
    return makers[kind](chance)


def planted(
    each: int, seed: int = 11, carriers_of: dict[str, dict[str, tuple[str, ...]]] = CARRIERS
) -> Iterator[Planted]:
    """Give so many sentences of every kind in every language."""
    for lang, kinds in carriers_of.items():
        for kind, carriers in kinds.items():
            chance = Random(f"{seed} {lang} {kind}")
            for _ in range(each):
                hidden = secret(chance, kind, lang)
                yield Planted(kind, lang, chance.choice(carriers).format(hidden), hidden)


def harmless(each: int, seed: int = 13) -> Iterator[tuple[str, str]]:
    """Give so many texts a form of what looks like personal data and is none: language, text."""
    for lang, words in HARMLESS_WORDS.items():
        chance = Random(f"{seed} {lang}")
        for form in HARMLESS:
            for _ in range(each):
                yield lang, f"{words[0]} {form(chance)} {words[1]}"


HARMLESS_WORDS = {
    "en": ("The study", "was reported."),
    "fr": ("L'étude", "a été publiée."),
    "es": ("El estudio", "fue publicado."),
    "ru": ("Исследование", "опубликовано."),
    "zh": ("该研究", "已发表。"),
    "ja": ("この研究", "が報告された。"),
}
HARMLESS: tuple[Callable[[Random], str], ...] = (
    lambda r: f"doi:10.{r.randint(1000, 9999)}/j.med.{r.randint(2000, 2024)}.{digits(r, 2)}.{digits(r, 3)}",
    lambda r: f"PMID: {digits(r, 8, '123')}",
    lambda r: f"NCT{digits(r, 8)}",
    lambda r: f"EudraCT {r.randint(2004, 2022)}-{digits(r, 6)}-{digits(r, 2)}",
    lambda r: f"ISSN {digits(r, 4)}-{digits(r, 4)}",
    lambda r: f"ISBN 978-{digits(r, 1)}-{digits(r, 4)}-{digits(r, 4)}-{digits(r, 1)}",
    lambda r: f"CAS {digits(r, 5)}-{digits(r, 2)}-{digits(r, 1)}",
    lambda r: f"ICD-10 E{digits(r, 2)}.{digits(r, 1)}, I{digits(r, 2)}.{digits(r, 1)}",
    lambda r: f"NM_{digits(r, 6)}.{digits(r, 1)} rs{digits(r, 8)}",
    lambda r: f"{r.randint(1990, 2024)};{digits(r, 3)}:{r.randint(1000, 1500)}-{r.randint(1500, 1999)}",
    lambda r: f"{r.randint(100, 180)}/{r.randint(60, 99)} mmHg, {r.randint(4, 10)}.{digits(r, 2)} 10^9/L",
    lambda r: f"95% CI {r.random():.2f}-{r.random() + 1:.2f}, p={r.random():.4f}",
    lambda r: f"{r.randint(1990, 2005)}-{r.randint(2006, 2024)}",
    lambda r: f"{r.randint(1, 28):02}/{r.randint(1, 12):02}/{r.randint(1990, 2024)} 10:30",
    lambda r: f"version {r.randint(1, 20)}.{r.randint(0, 20)}.{r.randint(0, 20)}.{r.randint(0, 300)}",
    lambda r: f"EC {r.randint(1, 6)}.{r.randint(1, 20)}.{r.randint(1, 30)}.{r.randint(1, 200)}",
    lambda r: f"{r.randint(1, 99)} {digits(r, 3)} {digits(r, 3)} EUR",
    lambda r: f"{r.random() * 90:.1f} {r.random():.3f} {r.random() * 90:.1f} {r.random():.3f}",
    lambda r: f"192.168.{r.randint(0, 255)}.{r.randint(0, 255)}",
    lambda r: f"12:{r.randint(10, 59)}:{r.randint(10, 59)}",
)
