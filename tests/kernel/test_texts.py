"""Texts become parts of addresses."""

import pytest

from services.kernel.text import as_slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Työstä työhön", "tyosta-tyohon"),
        ("Åbo ÄLY & ÖLJY", "abo-aly-oljy"),
        ("Säätiö \u2013 Stiftelsen rf.", "saatio-stiftelsen-rf"),
        ("2014\u20132020", "2014-2020"),
        ("2,5 % ja 1,000", "2-5-ja-1-000"),
        ("A&amp;B &#228;", "a-amp-b-228"),
        ("L'été", "l-ete"),
        ("Straße", "strasse"),
        ("Привет", "privet"),
        ("\u2013\u2014!", ""),
        ("", ""),
        ("aa bb cc", "aa-bb"),
    ],
)
def test_a_slug_has_plain_letters_digits_and_single_hyphens(text, slug):
    assert as_slug(text, max_length=len(slug) + 1) == slug
