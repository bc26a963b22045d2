"""What sentences of licences mean, in six languages; and sentences that only look like them."""

from __future__ import annotations

import pytest

from indexer.terms import PHRASE_LENGTH, Terms, fold, merged, read_names, read_terms

ISOLATED = frozenset({"no_isolated_use"})
NO_AI = frozenset({"no_ai_use"})
CREDIT = frozenset({"credit_needed"})
NC = frozenset({"non_commercial"})


@pytest.mark.parametrize(
    ("text", "licence", "name"),
    [
        ("This work is dedicated to the public domain under CC0 1.0 Universal.", "cc0", "CC0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "cc0", "CC0"),
        ("All samples are in the public domain.", "cc0", None),
        ("Diese Klänge sind gemeinfrei.", "cc0", None),
        ("Ces sons sont dans le domaine public.", "cc0", None),
        ("Licence: CC BY 4.0", "cc-by", "CC-BY-4.0"),
        ("CC-BY", "cc-by", "CC-BY"),
        ("Creative Commons Attribution 3.0 Unported License", "cc-by", "CC-BY-3.0"),
        ("Creative Commons Namensnennung 4.0 International", "cc-by", "CC-BY-4.0"),
        ("クリエイティブ・コモンズ 表示 4.0 国際 ライセンス", "cc-by", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-sa/3.0/", "cc-by", "CC-BY-SA-3.0"),
        ("Creative Commons Attribution-ShareAlike 4.0", "cc-by", "CC-BY-SA-4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/", "nc", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Namensnennung - Nicht kommerziell 3.0", "nc", "CC-BY-NC-3.0"),
        ("Creative Commons Reconocimiento-NoComercial 4.0", "nc", "CC-BY-NC-4.0"),
        ("CC BY-ND 4.0", "other", "CC-BY-ND-4.0"),
        ("Released under the MIT License", "other", "MIT"),
        ("GNU General Public License, version 2 or later", "other", "GPL"),
        ("Free for personal use only.", "nc", None),
        ("Nur für den privaten Gebrauch!", "nc", None),
        ("Utilisation commerciale interdite.", "nc", None),
        ("Prohibido el uso: uso comercial no permitido.", "nc", None),
        ("Somente para uso não comercial.", "nc", None),
        ("商用利用は禁止です。", "nc", None),
        ("All sounds are 100% Royalty-\nFree.", "royalty-free", None),
        ("You may use these loops in your own commercial music releases.", "royalty-free", None),
        ("Alle Samples sind lizenzfrei nutzbar.", "royalty-free", None),
        ("Échantillons libres de droits.", "royalty-free", None),
        ("Muestras libres de regalías.", "royalty-free", None),
        ("Sons livres de royalties.", "royalty-free", None),
        ("本製品はロイヤリティフリーです。", "royalty-free", None),
        ("Both commercial and non-commercial projects are welcome.", "royalty-free", None),
        ("Für kommerzielle und nicht-kommerzielle Zwecke.", "royalty-free", None),
        ("You are granted a non-exclusive licence to use these recordings.", "royalty-free", None),
        ("Der Käufer erhält ein nicht ausschließliches Nutzungsrecht.", "royalty-free", None),
        ("Se concede una licencia no exclusiva y perpetua.", "royalty-free", None),
        ("Le vendeur vous accorde une licence non exclusive.", "royalty-free", None),
        ("使用料を請求することはありません。", "royalty-free", None),
        ("商用/非商用問わず使えます。", "royalty-free", None),
        ("本サイトの素材はCC BY 4.0です。", "cc-by", "CC-BY-4.0"),
        ("License: Apache-2.0", "other", "Apache-2.0"),
        ("License: MIT", "other", "MIT"),
        ("BSD-3-Clause", "other", "BSD"),
        ("Recorded by me in the kitchen.", "own", None),
        ("Eigene Aufnahmen, 2019", "own", None),
        ("自分で録音した音です。", "own", None),
    ],
)
def test_the_class_of_a_licence(text: str, licence: str, name: str | None) -> None:
    terms = read_terms(text)
    assert (terms.licence, terms.name) == (licence, name)
    assert terms.says


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thank you for downloading!",
        "These loops are not royalty-free.",
        "Information that is not in the public domain stays confidential.",
        "Both commercial and non-commercial use without a licence are prohibited.",
        "Wir haben es mit Mikrofonen und einer Lizenz mit Liebe aufgenommen.",
        "Tempo: 120 BPM, key: C by ear",
        "Recorded at Abbey Road",
        "J'ai passé trois jours sans dormir.",
        "Sampled from the KI-20 keyboard, no velocity layers",
    ],
)
def test_what_says_nothing(text: str) -> None:
    assert read_terms(text) == Terms()


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("You must credit the author.", CREDIT),
        ("Credit is required.", CREDIT),
        ("Namensnennung ist erforderlich.", CREDIT),
        ("Vous devez créditer l'auteur.", CREDIT),
        ("Es obligatorio mencionar al autor.", CREDIT),
        ("クレジット表記が必要です。", CREDIT),
        ("Attribution is not required.", frozenset()),
        ("Credit is appreciated, but no credit is required.", frozenset()),
        ("クレジット表記は不要です。", frozenset()),
        ("クレジットは必須ではありません。", frozenset()),
        ("Nur unter der Bedingung der Namensnennung.", CREDIT),
        ("You may not resell or redistribute the samples in isolation.", ISOLATED),
        ("You may not:\n\n- resell the samples", ISOLATED),
        ("Die Weitergabe einzelner Samples ist untersagt.", ISOLATED),
        ("La revente des sons est interdite.", ISOLATED),
        ("Queda prohibida la reventa.", ISOLATED),
        ("É proibida a redistribuição.", ISOLATED),
        ("再配布は禁止します。", ISOLATED),
        ("Feel free to redistribute.", frozenset()),
        ("The samples may not be used to train AI models.", NO_AI),
        ("Nutzung für künstliche Intelligenz ist verboten.", NO_AI),
        ("L'entraînement d'une IA est interdit.", NO_AI),
        ("Prohibido entrenar modelos de inteligencia artificial.", NO_AI),
        ("AIの学習に使用することはできません。", NO_AI),
        ("We trained an AI with these.", frozenset()),
    ],
)
def test_the_conditions(text: str, conditions: frozenset[str]) -> None:
    assert read_terms(text).conditions == conditions


def test_the_text_of_a_public_licence_does_not_forbid_passing_sounds_on() -> None:
    text = (
        "CC0 1.0 Universal. Affirmer grants a royalty-free, non sublicensable license without fear of later claims"
        " to build upon, modify, reuse and redistribute."
    )
    assert read_terms(text).conditions == frozenset()
    assert read_terms(text).licence == "cc0"


def test_the_strictest_class_that_is_named_outright_wins() -> None:
    text = "Royalty-free sounds. Licence: CC-BY-NC 4.0. The text of this licence is CC0."
    assert read_terms(text).name == "CC-BY-NC-4.0"
    assert merged([read_terms("CC0"), read_terms("royalty-free"), Terms()]).licence == "cc0"


def test_a_long_sentence_is_cut_around_what_was_found() -> None:
    (phrase,) = read_terms("word " * 500 + "these sounds are royalty-free " + "word " * 500).says
    assert "royalty-free" in phrase
    assert len(phrase) <= PHRASE_LENGTH


def test_the_words_as_they_stand_are_kept() -> None:
    assert read_terms("Hello.  Die  Klänge sind\nLizenzgebühren-frei!  Bye.").says == ()
    assert read_terms("Hello.  Die  Klänge sind\nGEMA-frei!  Bye.").says == ("Die Klänge sind GEMA-frei!",)


def test_folding() -> None:
    assert fold("  Où\tça — ROYALTY\u2011FREE  ") == "ou ca royalty free"
    assert fold("再 配 布") == "再配布"


@pytest.mark.parametrize(
    ("text", "title", "vendor"),
    [
        ("Title: Dust & Tape\nLabel: Warm Records", "Dust & Tape", "Warm Records"),
        ("Copyright (c) 2014-2019 by Warm Records. All rights reserved.", None, "Warm Records"),
        ("© 2020 Warm Records All Rights Reserved", None, "Warm Records"),
        ("Copyright (C) 1989, 1991 Free Software Foundation, Inc.", None, None),
        ("The copyright holder is not liable. Copyright and related rights", None, None),
        ("タイトル\uff1a夜の音\n制作者\uff1a山田", "夜の音", "山田"),
        ("nothing", None, None),
    ],
)
def test_names(text: str, title: str | None, vendor: str | None) -> None:
    assert read_names(text) == (title, vendor)
