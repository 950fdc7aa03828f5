"""Made-up junk of the web, seeded: what the quality stage must catch."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from random import Random

MENUS = {
    "en": "Home|About us|Contact|Log in|Register|Search|Sitemap|Privacy policy|"
    "Terms of use|Share|Print|Next page|Our doctors|News|Careers|Help",
    "fr": "Accueil|Qui sommes-nous|Contact|Connexion|Inscription|Recherche|Plan du site|"
    "Mentions légales|Partager|Imprimer|Page suivante|Médecins|Actualités|Emploi|Aide",
    "es": "Inicio|Quiénes somos|Contacto|Acceder|Registro|Buscar|Mapa web|"
    "Aviso legal|Compartir|Imprimir|Página siguiente|Médicos|Noticias|Empleo|Ayuda",
    "ru": "Главная|О компании|Контакты|Вход|Регистрация|Поиск|Карта сайта|"
    "Политика|Поделиться|Печать|Дальше|Врачи|Новости|Вакансии|Помощь",
    "zh": "首页|关于我们|联系方式|登录|注册|搜索|网站地图|隐私政策|"
    "分享|打印|下一页|专家|新闻|招聘|帮助|网上挂号|科室导航",
    "ja": "ホーム|会社概要|お問い合わせ|ログイン|新規登録|検索|サイトマップ|"
    "個人情報保護方針|共有|印刷|次へ|医師一覧|新着情報|採用情報|ヘルプ",
}
KEYWORDS = {
    "en": "cheap diabetes pills buy online best price discount viagra pharmacy insulin delivery order clinic treatment",
    "fr": "pilules diabète pas cher acheter ligne meilleur "
    "prix pharmacie insuline livraison clinique traitement viagra promo",
    "es": "pastillas diabetes baratas comprar online mejor precio "
    "farmacia insulina envío clínica tratamiento viagra oferta",
    "ru": "таблетки диабет купить недорого цена аптека инсулин доставка клиника лечение виагра скидка заказать",
    "zh": "糖尿病 减肥药 特价 优惠 正品 包邮 医院排名 专科医院 祖传秘方 治疗费用 网上药店 代购",
    "ja": "糖尿病 激安 通販 最安値 格安 送料無料 人気 口コミ 薬局 評判 購入 効果 比較",
}
SENTENCES = {
    "en": "Click here to read more about the treatment.",
    "fr": "Cliquez ici pour en savoir plus sur le traitement.",
    "es": "Haga clic aquí para leer más sobre el tratamiento.",
    "ru": "Нажмите здесь, чтобы узнать больше о лечении.",
    "zh": "点击这里了解更多关于治疗的内容。",
    "ja": "治療の詳細についてはこちらをクリックしてください。",
}
ROWS = {"ru": "йцукенгшщз фывапролдж ячсмитьбю"}
KEYBOARD = "qwertyuiop asdfghjkl zxcvbnm"


def navigation(chance: Random, lang: str) -> str:
    """A menu, one entry a line or several with bars between."""
    entries = chance.choices(MENUS[lang].split("|"), k=chance.randint(30, 80))
    return chance.choice(["\n", " | ", " > ", "\n- ", "  "]).join(entries)


def keyboard(chance: Random, lang: str) -> str:
    """Fingers on the keyboard."""
    rows = ROWS.get(lang, KEYBOARD).split()
    return " ".join(
        "".join(chance.choices(chance.choice(rows), k=chance.randint(3, 9))) for _ in range(chance.randint(40, 200))
    )


def repeated(chance: Random, lang: str) -> str:
    """One sentence over and over, with a page number or two."""
    lines = [SENTENCES[lang]] * chance.randint(8, 60)
    lines[chance.randrange(len(lines))] += f" {chance.randint(1, 99)}"
    return chance.choice(["\n", "\n\n", " "]).join(lines)


def keywords(chance: Random, lang: str) -> str:
    """Search words strung together."""
    separator = chance.choice([", ", " ", " | ", "\n"])
    return separator.join(chance.choices(KEYWORDS[lang].split(), k=chance.randint(60, 300)))


def encoded(chance: Random, lang: str) -> str:
    """A file in base64 (RFC 2045: lines of 76)."""
    text = base64.b64encode(chance.randbytes(chance.randint(400, 3000))).decode("ascii")
    return "\n".join(text[i : i + 76] for i in range(0, len(text), 76))


def numbers(chance: Random, lang: str) -> str:
    """A calendar, a price list, a log: figures without words."""
    lines = (" ".join(str(chance.randint(1, 9999)) for _ in range(7)) for _ in range(chance.randint(10, 60)))
    return SENTENCES[lang] + "\n" + "\n".join(lines)


def teasers(chance: Random, lang: str) -> str:
    """Headlines cut off by ellipses."""
    words = KEYWORDS[lang].split() + SENTENCES[lang].split()
    return "\n".join(" ".join(chance.choices(words, k=8)) + " ..." for _ in range(chance.randint(10, 40)))


JUNK: dict[str, Callable[[Random, str], str]] = {
    f.__name__: f for f in (navigation, keyboard, repeated, keywords, encoded, numbers, teasers)
}
LANGUAGES = tuple(MENUS)


def junk(each: int, seed: int = 7) -> Iterator[tuple[str, str, str]]:
    """Give so many texts of every kind of junk in every language: kind, language, text."""
    for name, make in JUNK.items():
        for lang in LANGUAGES:
            chance = Random(f"{seed} {name} {lang}")
            for _ in range(each):
                yield name, lang, make(chance, lang)
