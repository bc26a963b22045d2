"""Ways to ask for credit, to forbid commercial use and to allow it, in six languages; and the same with a "not"."""

from __future__ import annotations

import pytest

from indexer.terms import read_terms

CREDIT = """
    Please give credit to Warm Records.
    Please link back to us and give us credit.
    Credit me if you use it.
    Proper credit must be given to the author.
    Bitte Warm Records als Quelle angeben.
    Merci de mentionner Warm Records dans vos crédits.
    Por favor menciona a Warm Records.
    Give credit to the author.
    You must give appropriate credit.
    Please credit us.
    Credit to Warm Records is required.
    Free to use with attribution.
    You can use these as long as you credit me.
    Kindly provide attribution.
    Please mention the artist.
    Proper attribution is necessary.
    No need to ask, but please give credit.
    You may not resell the sounds and must credit me.
    Do not use these without crediting the author.
    Don't forget to credit me!
    You should credit the producer.
    Please include credits in your video description.
    Bitte nennen Sie den Urheber.
    Bitte den Urheber nennen.
    Der Urheber ist zu nennen, wo es geht: die Quelle muss angegeben werden.
    Quellenangabe erforderlich.
    Bitte gib Credits an Warm Records.
    Frei nutzbar unter Nennung des Urhebers.
    Bitte geben Sie die Quelle an.
    Der Name des Künstlers muss erwähnt werden.
    Credits sind Pflicht.
    Nutzung nicht ohne Namensnennung.
    Merci de créditer l'auteur.
    Veuillez mentionner la source.
    Crédit requis.
    Il faut citer l'auteur.
    Les auteurs doivent être crédités.
    À condition de citer la source.
    Pas d'utilisation sans mention de l'auteur.
    Se requiere atribución.
    Debes dar crédito.
    Debes dar crédito al autor.
    Por favor, da crédito al autor.
    Hay que mencionar al autor.
    Es necesario citar la fuente.
    Siempre que se cite al autor.
    Uso libre con atribución.
    Prohibido su uso sin atribución.
    É necessário dar os créditos.
    Você deve dar crédito ao autor.
    Requer atribuição.
    作者名を表記してください。
    クレジットを入れてください。
    出典の明記をお願いします。
"""
NO_CREDIT = """
    No credit needed.
    Credit is appreciated but not required.
    You don't need to credit us, but it would be nice.
    Wir freuen uns über eine Nennung, sie ist aber nicht nötig.
    Se agradece la mención, pero no es obligatoria.
    クレジット表記は必要ありません。
    You don't need to give credit.
    You do not have to credit us.
    Attribution is not required.
    Giving credit is optional.
    Giving credit is not necessary.
    You are not required to give credit.
    You may credit us if you like.
    Use it without attribution.
    Can be used even without credit.
    No attribution necessary.
    We thank the credits department.
    Eine Namensnennung ist nicht erforderlich.
    Sie müssen den Urheber nicht nennen.
    Der Urheber muss nicht genannt werden.
    Credits sind nicht nötig.
    Kein Credit nötig.
    Auch ohne Nennung des Urhebers nutzbar.
    Keine Quellenangabe erforderlich.
    Namensnennung ist freiwillig.
    Aucune attribution n'est requise.
    Il n'est pas nécessaire de créditer l'auteur.
    Vous n'avez pas à mentionner l'auteur.
    Le crédit est facultatif.
    No se requiere atribución.
    No es necesario dar crédito.
    No hace falta dar crédito.
    Sin necesidad de dar crédito.
    La atribución es opcional.
    Não é necessário dar crédito.
    A atribuição não é obrigatória.
    クレジット表記は不要です。
    クレジットは任意です。
    No credit card required.
    You may use a credit card.
"""
NON_COMMERCIAL = """
    You cannot use these sounds commercially.
    Use in commercial productions is not permitted.
    No commercial usage allowed!
    Nur zur privaten Nutzung.
    Usage commercial interdit sans autorisation.
    You may not use these samples for commercial purposes.
    These sounds must not be used commercially.
    Not for commercial use.
    These are not free for commercial use.
    You are not allowed to use them in commercial releases.
    Commercial use is strictly prohibited.
    Commercial use of these sounds is not allowed.
    No commercial use.
    Do not use for profit.
    Non-profit use only.
    For non-profit projects.
    Not for profit.
    For personal use only, commercial use needs a licence.
    Private use only.
    Use these for non-commercial purposes.
    You may only use these non-commercially.
    Kein kommerzieller Einsatz.
    Keine kommerziellen Zwecke.
    Keine gewerbliche Nutzung.
    Die Klänge dürfen nicht kommerziell genutzt werden.
    Nicht für kommerzielle Zwecke.
    Kommerzielle Nutzung ist ausdrücklich untersagt.
    Gewerbliche Verwendung nicht gestattet.
    Nur für private Zwecke.
    Ausschließlich für den privaten Gebrauch.
    Aucune utilisation commerciale.
    L'usage commercial n'est pas autorisé.
    Vous ne pouvez pas utiliser ces sons commercialement.
    Pas d'usage commercial.
    Interdit de les utiliser à des fins commerciales.
    Usage strictement personnel.
    No se permite el uso comercial.
    Prohibido el uso comercial.
    El uso comercial está prohibido.
    No puedes usar estos sonidos comercialmente.
    Solo para uso personal.
    Sin fines de lucro.
    Sin uso comercial.
    Uso comercial não permitido.
    Não use para fins comerciais.
    Proibido o uso comercial.
    商用利用不可
    商用利用はできません。
    商用での使用はご遠慮ください。
    営利目的での使用は禁止です。
    非営利目的のみ
"""
FREE = """
    Free for personal and commercial use.
    Use in commercial productions is permitted.
    You can use it privately or commercially.
    Für den privaten und kommerziellen Einsatz frei.
    Vous êtes libre de les utiliser à des fins commerciales.
    Puedes usarlos en proyectos comerciales.
    Uso permitido para fins pessoais e comerciais.
    Free for commercial use.
    Free for both personal and commercial projects.
    You can use these sounds commercially.
    These may be used commercially.
    For private or commercial use.
    Commercial use is allowed.
    Free for non-profit and commercial use, royalty-free.
    Frei für private und kommerzielle Nutzung.
    Kommerzielle Nutzung erlaubt.
    Für private oder gewerbliche Zwecke.
    Libre pour un usage personnel et commercial.
    Usage commercial autorisé.
    Usage privé ou commercial.
    Gratis para uso personal y comercial.
    Se permite el uso comercial.
    Uso comercial permitido.
    Livre para uso pessoal e comercial.
    Commercial use is allowed, resale is not allowed.
    Not royalty-bearing: free for any commercial use.
    商用利用可能です。
    商用利用はできます。
    個人・商用利用ともに可能。
    You may use them for personal and commercial projects but cannot resell them.
    You may use the sounds royalty-free, but not in commercial sample packs.
    You may use these sounds in commercial music but you may not resell them or use them in sample packs.
"""
NEITHER = """
    You may not use these for personal or commercial purposes.
    Commercial use is not limited.
    Neither personal nor commercial use is permitted.
    You do not have to pay to use these commercially, ask first.
    Nicht für private oder kommerzielle Zwecke... nein.
    Non-profit organisations are welcome.
    Published by a not-for-profit corporation.
    Never mind the commercials.
    For commercial use, please contact us.
    You need a licence for commercial use.
    Kommerzielle Nutzung ist nicht eingeschränkt.
    No hay restricciones de uso comercial.
    We are a commercial studio.
    Commercial use is not prohibited.
    It is not forbidden to use these commercially.
    Kommerzielle Nutzung ist nicht verboten.
    L'usage commercial n'est pas interdit.
    El uso comercial no está prohibido.
    No está prohibido el uso comercial.
    Not recommended for use in the dark.
    The samples may not be used for commercial sample libraries.
"""


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("text", lines(CREDIT))
def test_credit_is_asked_for(text: str) -> None:
    assert "credit_needed" in read_terms(text).conditions


@pytest.mark.parametrize("text", lines(NO_CREDIT))
def test_credit_is_not_asked_for(text: str) -> None:
    assert "credit_needed" not in read_terms(text).conditions


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        (line, licence)
        for licence, text in (("nc", NON_COMMERCIAL), ("royalty-free", FREE), ("unknown", NEITHER))
        for line in lines(text)
    ],
)
def test_commercial_use(text: str, licence: str) -> None:
    assert read_terms(text).licence == licence
