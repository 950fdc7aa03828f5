"""What personal data looks like: one table of patterns.

A pattern sees a window of the text around a candidate, full-width forms and dashes made ASCII. `check` says whether
the digits can be such a number; `context` must be found right before it, for forms that other numbers share. Both keep
laboratory values, doses, page ranges, dates, section numbers and registry numbers out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from medcorpus.stages.pii import checks

KINDS = ("login", "email", "national_id", "card", "ip", "phone", "record", "birth_date")
"""In order of precedence where two overlap."""
BEFORE, AFTER = r"(?<![A-Za-z0-9_@&%/.,+-])", r"(?![A-Za-z0-9_@%]|[-./,]\d)"
NEAR = (
    r"[^\w\n]{0,6}(?:(?:number|no|nr|n|num|número|numéro|номер|is|es|est|is|为|是|は|番号|号|号码)[^\w\n]{0,6}){0,2}$"
)


AT, COLONS = 0, -1
"""In the place of a number of digits."""


class Pattern(NamedTuple):
    """A form of personal data.

    Args:
        kind: One of `KINDS`.
        form: The expression.
        digits: Digits that a candidate must have to be looked at; AT and COLONS for what is found by those.
        check: What the match must pass.
        context: What must be found in the text before the match; None for nothing.
        languages: Languages it is looked for in; empty for all. Texts of unknown language are searched for all.
    """

    kind: str
    form: re.Pattern[str]
    digits: int
    check: Callable[[str], bool] | None = None
    context: re.Pattern[str] | None = None
    languages: tuple[str, ...] = ()


def number(form: str) -> re.Pattern[str]:
    """Give the expression of a number that is no part of a longer one, nor of an address or identifier."""
    return re.compile(f"{BEFORE}(?:{form}){AFTER}", re.A)


def after(words: str, unspaced: str = "(?!)") -> re.Pattern[str]:
    """Give the expression of a text that ends with one of some words, and perhaps "number" or "is".

    Args:
        words: Words that begin where no letter stands before.
        unspaced: Words of languages without spaces, which begin anywhere.
    """
    return re.compile(f"(?i:(?:(?<![^\\W\\d_])(?:{words})|{unspaced}){NEAR})")


def long_enough(text: str) -> bool:
    """Say whether digits can be a telephone number: E.164 allows 15, and decimals in a table are none."""
    decimals = "." in text and (" " in text or "(" in text)
    return 7 <= sum(c.isdigit() for c in text) <= 15 and not decimals and not checks.is_address(text)


def international(text: str) -> bool:
    """Say whether what follows a plus sign is a telephone number and no table of signed decimals."""
    return long_enough(text) and sum(c.isdigit() for c in text) >= 9 and text.count(".") != 1


def eleven(text: str) -> bool:
    """Say whether a number has the ten or eleven digits of a national telephone number."""
    return sum(c.isdigit() for c in text) in (10, 11)


def address(text: str) -> bool:
    """Say whether four numbers are a public address and no version, section or enzyme: one is of three digits."""
    return checks.public_ip(text) and any(len(part) == 3 for part in text.split("."))


PHONE = (
    r"t[eé]l(?:[eé]phone|[eé]fono|efono|f)?|phone|telephone|mobile|cell|fax|call|whatsapp|portable|appel(?:ez|er)|tfno|tlfn?o?"
    r"|m[oó]vil|celular|llam(?:e|ar)(?: al)?|тел(?:ефон[а-я]*)?|моб|факс|звон[а-я]+"
)
PHONE_UNSPACED = "电话|電話|手机|手機|传真|热线|联系方式|携帯|連絡先"
PATTERNS = (
    Pattern("login", re.compile(r"(?<=://)[^\s/@:]{1,64}(?::[^\s/@]{0,64})?(?=@[\w.-])", re.A), AT),
    Pattern(
        "email", re.compile(r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}(?![\w@])", re.A), AT
    ),
    Pattern("national_id", number(r"[1-478] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d"), 8, checks.fr_nir),
    Pattern("national_id", number(r"\d{8}-?[A-Z]|\d\d\.\d{3}\.\d{3}-?[A-Z]|[XYZ]-?\d{7}-?[A-Z]"), 7, checks.es_dni),
    Pattern("national_id", number(r"\d\d([ /-])\d{8}\1\d\d"), 12, checks.es_nuss),
    Pattern("national_id", number(r"\d{12}"), 12, checks.es_nuss, after("NUSS|NSS|NAF|seguridad social|afiliaci[oó]n")),
    Pattern("national_id", number(r"\d{3}-\d{3}-\d{3}[ -]\d\d"), 11, checks.ru_snils),
    Pattern("national_id", number(r"\d{11}"), 11, checks.ru_snils, after("СНИЛС")),
    Pattern("national_id", number(r"\d{12}"), 12, checks.ru_inn, after("ИНН")),
    Pattern("national_id", number(r"[1-8]\d{16}[0-9Xx]"), 17, checks.cn_id),
    Pattern(
        "national_id", number(r"[A-Z][12]\d{8}"), 9, checks.tw_id, after("(?!)", "身[分份][證证](?:字號|字号|號|号)?")
    ),
    Pattern(
        "national_id",
        number(r"\d{4}([ -]?)\d{4}\1\d{4}"),
        12,
        checks.jp_my_number,
        after("my number", "マイナンバー(?:カード)?|個人"),
    ),
    Pattern("national_id", number(r"\d{3}-\d\d-\d{4}"), 9, checks.us_ssn),
    Pattern("national_id", number(r"\d{3} ?\d\d ?\d{4}"), 9, checks.us_ssn, after("SSN|social security")),
    Pattern("national_id", number(r"\d{3}([ -]?)\d{3}\1\d{4}"), 10, checks.uk_nhs, after("NHS")),
    Pattern(
        "national_id",
        number(r"\d{3}([ -]?)\d{3}\1\d{3}"),
        9,
        checks.luhn,
        after("SIN|social insurance|NAS|assurance sociale"),
    ),
    Pattern("national_id", number(r"756\.\d{4}\.\d{4}\.\d\d"), 13, checks.ch_ahv),
    Pattern("national_id", number(r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d"), 11, checks.be_nrn),
    Pattern("national_id", number(r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]"), 7, checks.cl_rut),
    Pattern("card", number(r"\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}|3[47]\d\d([ -]?)\d{6}\2\d{5}"), 15, checks.card),
    Pattern("ip", number(r"(?:\d{1,3}\.){3}\d{1,3}"), 4, address),
    Pattern(
        "ip",
        number(r"(?:\d{1,3}\.){3}\d{1,3}"),
        4,
        checks.public_ip,
        after("IP|address|adresse|direcci[oó]n|адрес", "地址|アドレス"),
    ),
    Pattern("ip", re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{3,39}(?![\w:]|\.\d)", re.A), COLONS, checks.public_ip),
    Pattern(
        "phone",
        re.compile(rf"(?<![\w+.])\+[1-9]\d{{0,2}}(?:[ .-]?\(?\d{{1,4}}\)?){{2,6}}{AFTER}", re.A),
        8,
        international,
    ),
    Pattern("phone", number(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d([-.]))[2-9]\d\d[-.]\d{4}"), 10),
    Pattern("phone", number(r"0[1-9]([ .-])\d\d(?:\1\d\d){3}"), 10, None, None, ("fr",)),
    Pattern("phone", number(r"[6789]\d\d([ .-])\d\d\1\d\d\1\d\d|9\d([ .-])\d{3}\2\d\d\2\d\d"), 9, None, None, ("es",)),
    Pattern("phone", number(r"8[ -]?\(?\d{3,5}\)?[ -]?\d{1,3}[ -]?\d\d[ -]?\d\d"), 11, eleven, None, ("ru",)),
    Pattern("phone", number(r"1[3-9]\d([ -]?)\d{4}\1\d{4}"), 11, None, None, ("zh",)),
    Pattern("phone", number(r"0\d{2,3}[- ]\d{7,8}|\(0\d{2,3}\) ?\d{7,8}|[48]00-\d{3}-?\d{4}"), 10, None, None, ("zh",)),
    Pattern("phone", number(r"0\d{1,4}-\d{1,4}-\d{4}|0\d{1,4}\(\d{1,4}\)\d{4}"), 10, eleven, None, ("ja",)),
    Pattern("phone", number(r"\(?0[127]\d{2,4}\)? \d{3,4} \d{3,4}"), 10, eleven, None, ("en",)),
    Pattern("phone", number(r"\(?\d[\d ().-]{5,17}\d"), 7, long_enough, after(PHONE, PHONE_UNSPACED)),
)
NOT_PHONE = re.compile(
    r"(?i:(?<![^\W\d_])(?:doi|pmid|pmc|issn|isbn|isrctn|nct|eudract|cas|orcid|rrid|umin|chictr|ref|no|n°|№|#|v|vol|version|ec|pp?|patent)"
    r"[^\w\n]{0,4}$)"
)
"""What stands before numbers that are registered elsewhere; such are no telephone numbers and no addresses."""

MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    "|janv|févr|fév|mars|avr|mai|juin|juil|août|sept|déc|ene|abr|ago|dic"
    "|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек"
)
DAY = r"(?:[12]\d|3[01]|0?[1-9])"
DATE = (
    rf"(?:(?:19|20)\d\d ?[-/.年] ?(?:1[0-2]|0?[1-9]) ?[-/.月] ?{DAY} ?日?"
    rf"|(?:明治|大正|昭和|平成|令和)(?:\d{{1,2}}|元)年\d{{1,2}}月{DAY}日|[MTSHR]\d{{1,2}}[-/.]\d{{1,2}}[-/.]{DAY}"
    rf"|{DAY}(?:st|nd|rd|th|er|º)? ?[-/. ] ?(?:\d{{1,2}}|(?:de )?(?:{MONTHS})\w*\.?,?)"
    r"(?: de| del)? ?[-/. ] ?(?:19|20)?\d\d(?!\d)"
    rf"|(?:{MONTHS})[a-z]*\.? {DAY}(?:st|nd|rd|th)?,? (?:19|20)\d\d)"
)
BIRTH_TRIGGERS = (
    *(
        "born on",
        " born ",
        "Born ",
        "born:",
        "Born:",
        "(b. ",
        "ate of birth",
        "ATE OF BIRTH",
        "DOB",
        "D.O.B",
        "irth date",
        "irthdate",
    ),
    *(
        "né le",
        "née le",
        "nee le",
        "NÉ LE",
        "NÉE LE",
        "DDN",
        "né(e) le",
        "Né le",
        "Née le",
        "Né(e) le",
        "né en date",
        "née en date",
        "né à ",
        "née à ",
    ),
    *("Né à ", "Née à ", "ate de naissance", "ATE DE NAISSANCE", "Naissance :", "Naissance:"),
    *("echa de nacimiento", "ECHA DE NACIMIENTO", "Nacimiento", "acido el", "acida el", "acido en", "acida en"),
    *("nació el", "Nació el", "F. nac", "F.nac", "F. Nac", "F.Nac", "F. NAC"),
    *("FN:", "F.N.", "ec. nac", "echa nacimiento", "ECHA NACIMIENTO", "echa nac.", "acido:", "acida:"),
    *(
        "ата рождения",
        "АТА РОЖДЕНИЯ",
        "ата рожд.",
        "одился",
        "одилась",
        "д.р.",
        "Д.р.",
        "Д.Р.",
        "д/р",
        "Д/р",
        "г.р.",
        "г. р.",
        "года рождения",
    ),
    *("出生", "生于", "生於", "日生", "生まれ", "生年月日", "誕生日", "生日"),
)
CONNECTING = (
    r"(?i:(?:日期|年月日?)?[^\w\n]{0,4}(?:(?:is|was|on|in|le|el|du|est|es|на|为|是|は|于)[^\w\n]{0,3}){0,2}"
    r"(?:(?:(?:in|à|a|en|в) )?[^\W\d_]+ (?:on|le|el) )?)"
)
"""What may stand between the trigger and the date: a word or two, and a place."""
BIRTH = (
    re.compile(rf"{CONNECTING}(?P<it>(?i:{DATE}))"),
    re.compile(rf"(?P<it>(?i:{DATE})) ?(?:生まれ|出生|生|г\. ?р\.|года рождения)$"),
)
"""A date right after the trigger, and one before the triggers that follow it, which are part of this expression."""
RECORD_TRIGGERS = (
    *(
        "MRN",
        "edical record",
        "EDICAL RECORD",
        "edical Record",
        "ospital n",
        "ospital N",
        "atient ID",
        "Pt ID",
        "pt ID",
    ),
    *(
        "hart n",
        "hart N",
        "hart #",
        "atient no",
        "atient number",
        "Unit no",
        "Unit No",
        "ecord number",
        "ecord no",
        "ecord No",
        "ecord #",
    ),
    *(
        "atient No",
        "atient number",
        "atient identifier",
        "atient #",
        "hart number",
        "ase no",
        "ase No",
        "ase number",
        "ase file n",
    ),
    *(
        "linic n",
        "dmission n",
        "ncounter n",
        "CHI n",
    ),
    *(
        "dossier n",
        "Dossier n",
        "DOSSIER N",
        "° dossier",
        "° de dossier",
        "uméro de dossier",
        "ossier patient",
        "ossier médical",
        "ossier numéro",
        "ossier num",
        "uméro d'hospitalisation",
        "uméro de patient",
        "uméro de séjour",
        "IEP",
        "° patient",
    ),
    *("uméro patient", "IPP", "NIP", "istoria clínica", "istoria clinica", "ISTORIA CLÍNICA", "NHC", "N.H.C."),
    *("HC n", "H.C. n", "úmero de historia", "º de historia", "º historia", "º Historia", "° de historia", "xpediente"),
    *("úm. historia", "um. historia", "HC:", "H.C.:", "pisodio", "úmero de paciente", "º de paciente", "° de paciente"),
    *(
        "стории болезни",
        "стория болезни",
        "карты №",
        "карта №",
        "омер карты",
        "карты пациента",
        "ИБ №",
        "№ ИБ",
        "И/б",
        "и/б",
        "медкарта",
        "едкарты",
        "медкарты",
        "едицинская карта",
        "едицинской карты",
        "мбулаторная карта",
        "мбулаторной карты",
        "омер истории",
    ),
    *(
        "病案号",
        "病案號",
        "住院号",
        "病历号",
        "病例号",
        "病歷號",
        "门诊号",
        "就诊号",
        "登记号",
        "检查号",
        "ID号",
        "患者编号",
        "患者号",
        "病人号",
        "病人编号",
    ),
    *("档案号", "就诊卡号", "诊疗卡号", "病历编号", "住院编号", "門診號", "住院號"),
    *(
        "カルテ番号",
        "カルテNo",
        "カルテ：",
        "患者番号",
        "患者ID",
        "診察券番号",
        "診察券",
        "病歴番号",
        "ID番号",
        "登録番号",
    ),
    *("患者No", "診察番号", "受診番号", "入院番号", "整理番号"),
)
RECORD = (
    re.compile(
        r"(?i:(?:[^\w\n]{0,3}(?:number|numéro|número|номер|num|no|umber|o|nº|n°|n|º|°|№|番号|ID|is|est|es|为|是|は|clínica|clinica))"
        r"{0,3}[^\w\n]{0,4})(?P<it>(?=[A-Za-z-]{0,4}[\d/-]{0,3}\d{4})[A-Za-z0-9][A-Za-z0-9/-]{3,19})(?![A-Za-z0-9@])"
    ),
)
