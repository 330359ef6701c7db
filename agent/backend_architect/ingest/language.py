"""The main language of a text: scripts by character range, Latin-script languages by stop words."""

from __future__ import annotations

import re
from collections import Counter

from backend_architect.expressions import expression
from backend_architect.ingest.vocabulary import words

_SAMPLE = 40_000

_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("kana", "[\u3041-\u30ff]"),
    ("han", "[\u3400-\u4dbf\u4e00-\u9fff]"),
    ("hangul", "[\uac00-\ud7a3]"),
    ("cyrillic", "[\u0400-\u04ff]"),
    ("arabic", "[\u0620-\u06ff]"),
    ("hebrew", "[\u05d0-\u05ea]"),
    ("greek", "[\u0386-\u03ce]"),
    ("thai", "[\u0e01-\u0e4e]"),
    ("devanagari", "[\u0904-\u0939]"),
    ("latin", "[A-Za-z\u00c0-\u024f\u1ea0-\u1ef9]"),
)
_CHARS = {name: expression(pattern) for name, pattern in _SCRIPTS}
_WORD = expression(r"[^\W\d_]+")

# A Han or Hangul character carries about as much as three Latin letters.
_WEIGHT = {"kana": 2, "han": 3, "hangul": 3}

_STOP_WORDS: dict[str, frozenset[str]] = {
    "en": words("the and of to is are be for with that this it can will must should from by as on not or we an at which a in has have they"),
    "pt": words("e é de à o os as do da dos das um uma que não para com em no na por mais são ser será também você ou seu sua pelo pela ao"),
    "es": words("y de la el los las del un una que no para con en por más son ser será también usted o su se lo al debe y es como"),
    "fr": words("de la le les des du un une que ne pas pour avec en par plus sont être sera aussi vous ou son sa au aux et est dans"),
    "de": words("der die das den dem und ist sind nicht für mit von zu ein eine einen auf als auch werden wird soll oder im sich"),
    "it": words("la da il gli dei della delle un una che non per con nel più sono essere sarà anche o suo di e è le del alla si deve"),
    "nl": words("de het een en van is zijn niet voor met op te dat die als ook worden wordt moet of door naar bij deze kan"),
    "pl": words("i w na z nie do się jest są że to jak po dla przez oraz lub może być które który musi od przy"),
    "sv": words("och att det som en ett är på för med av inte den till kan ska från eller vara har om de"),
    "da": words("og at det som en et er på for med af ikke den til kan skal fra eller være har om de"),
    "tr": words("ve bir bu için ile olarak da de olan gibi daha en çok veya kadar her ne kullanıcı gerekir olmalı"),
    "cs": words("v na se je že s z do pro jako to by nebo jsou být musí může které který při od"),
    "ro": words("și de la în cu pe care este sunt nu o un să din pentru sau mai fi prin trebuie"),
    "id": words("yang dan di ke dari untuk dengan ini itu pada adalah tidak dapat akan oleh atau harus pengguna sebagai"),
    "vi": words("và của là có các được cho một không với để trong những này người khi từ phải"),
}


# Letters that hint at one language, for texts too short to have many stop words.
_LETTERS = {"pt": expression("[ãõâ]|ção"), "es": expression("[ñ¿¡]|ción"), "fr": expression("[èêœû]"), "de": expression("[äöüß]"), "pl": expression("[łąęśż]")}


def detect(text: str) -> str:
    """Return the ISO 639-1 code of the language most of `text` is in; `en` if nothing shows another."""
    sample = text[:_SAMPLE]
    # A set of characters this wide is slow to compile, and a text has few different ones.
    if any("\u0370" <= char <= "\u1cff" or "\u3000" <= char <= "\ud7ff" for char in set(sample)):
        counts = {name: len(pattern.findall(sample)) * _WEIGHT.get(name, 1) for name, pattern in _CHARS.items()}
        east = counts["kana"] + counts["han"]
        script = max(counts, key=lambda name: (counts[name], name))
        if east > counts["latin"] and east >= max(counts["hangul"], counts["cyrillic"]):
            return "ja" if counts["kana"] * 8 > counts["han"] else "zh"
        if script != "latin" and counts[script] > 0:
            return _of_script(script, sample)
    return _of_words(sample)


def _of_script(script: str, sample: str) -> str:
    match script:
        case "cyrillic":
            return "uk" if re.search("[іїєґ]", sample.lower()) else "ru"
        case "arabic":
            return "fa" if re.search("[پچژگ]", sample) else "ar"
        case _:
            return {"hangul": "ko", "hebrew": "he", "greek": "el", "thai": "th", "devanagari": "hi", "han": "zh", "kana": "ja"}[script]


def _of_words(sample: str) -> str:
    low = sample.lower()
    counts = Counter(_WORD.findall(low))
    scores = {code: sum(counts[word] for word in stops) for code, stops in _STOP_WORDS.items()}
    if not sample.isascii():
        for code, letters in _LETTERS.items():
            scores[code] += min(3, len(letters.findall(low)))
    best = max(scores, key=lambda code: scores[code])
    # Two Latin-script languages share short words: another than English must win clearly.
    return best if scores[best] >= 3 and scores[best] > scores["en"] * 1.2 else "en"
