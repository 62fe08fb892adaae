"""East Asian text in an encoding that is not its own."""

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import pitchplan as pp
from pitchplan.files.reading import read_layer
from pitchplan.files.scripts import _common_share, gdal_name, likelier_encoding
from pitchplan.files.tables import read_table

NAMES = {
    "gb18030": "舜耕路 经十路 泺源大街 历山路 文化东路 山大南路 千佛山东路 泉城路 黑虎泉北路 趵突泉南路",
    "big5": "忠孝東路 仁愛路 信義路 羅斯福路 中山北路 重慶南路 敦化南路 復興北路 建國南路 光復南路",
    "shift_jis": "桜田通り 甲州街道 銀座四丁目 霞が関 つつじヶ丘 御堂筋 烏丸通 ひばりが丘 五条坂 青山通り",
    "euc_kr": "세종대로 종로 을지로 강남대로 테헤란로 올림픽대로 한강대로 서울역 남대문로 퇴계로",
}
WRONG = [(true, said) for true in NAMES for said in NAMES if true != said]


def cells(true):
    return [name.encode(true) for name in NAMES[true].split()]


@given(st.data(), st.sampled_from(sorted(NAMES)))
def test_text_in_its_own_encoding_is_never_doubted(data, true):
    some = data.draw(st.lists(st.sampled_from(cells(true)), min_size=1, unique=True))
    assert likelier_encoding(some, true) is None


@pytest.mark.parametrize(("true", "said"), WRONG)
def test_text_in_another_encoding_cannot_be_decoded_or_is_doubted(true, said):
    try:
        for cell in cells(true):
            cell.decode(said)
    except UnicodeDecodeError:
        return
    assert likelier_encoding(cells(true), said) == true


@pytest.mark.parametrize(("family", "common", "rare"), [
    ("gb18030", "啊齄", "─㐀"), ("big5", "一籲", "Α乂"), ("shift_jis", "ぁヴ亜裏", "А腕弌"),
    ("euc_jp", "ぁヶ亜腕", "Α─弌"), ("euc_kr", "가힝", "А伽"),
])  # fmt: skip
def test_common_is_what_the_makers_of_an_encoding_put_first(family, common, rare):
    """From the first to the last character of those rows, and none of the rows beside them."""
    for sign in common + rare:
        assert _common_share([sign], family) == (float(sign in common), 1), sign


def test_rare_characters_do_not_make_chinese_another_script():
    assert likelier_encoding([*cells("gb18030"), "㐀𠀀路".encode("gb18030")], "gb18030") is None
    traditional = [name.encode("gbk") for name in NAMES["big5"].split()]
    assert likelier_encoding(traditional, "gb18030") is None


def shapefile(tmp_path, true, page):
    path = tmp_path / "a.shp"
    names = NAMES[true].split()
    lines = [shapely.LineString([(117, 36 + i / 1000), (117.01, 36)]) for i in range(len(names))]
    gpd.GeoDataFrame({"name": names}, geometry=lines, crs=4326).to_file(path, encoding=gdal_name(true))
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if page:
        path.with_suffix(".cpg").write_text(page)
    return path


@pytest.mark.parametrize("page", ["BIG5", "932", "949", "Shift_JIS", None])
@pytest.mark.parametrize("true", ["gb18030", "big5", "shift_jis", "euc_kr"])
def test_right_names_or_an_error_that_names_encoding(tmp_path, true, page):
    path = shapefile(tmp_path, true, page)
    try:
        read = read_layer(path)["name"].tolist()
    except pp.InputError as error:
        with pytest.raises(pp.InputError, match="encoding="):
            raise error from None
        read = read_layer(path, encoding=true)["name"].tolist()
    assert read == NAMES[true].split()


@pytest.mark.parametrize("true", ["big5", "shift_jis", "euc_kr"])
def test_tables_too(tmp_path, true):
    path = tmp_path / "a.csv"
    names = NAMES[true].split()
    path.write_bytes("\n".join(["name,n", *(f"{n},1" for n in names)]).encode(true))
    with pytest.raises(pp.InputError, match="encoding="):
        read_table(path)
    assert read_table(path, encoding=true)[0]["name"].tolist() == names


def others(raw, codec):
    """Count the characters that are neither ASCII nor signs of punctuation."""
    text = raw.decode(codec, "ignore")
    return sum(
        not c.isascii() and not "\u3000" <= c <= "\u303f" and not "\uff01" <= c <= "\uff60" for c in text
    )


@pytest.mark.parametrize(("true", "said"), [("gb18030", "shift_jis"), ("big5", "gb18030")])
def test_of_fewer_than_four_characters_nothing_is_said(true, said):
    judged = set()
    for name in NAMES[true].split():
        for n in range(1, len(name) + 1):
            raw = name[:n].encode(true)
            try:
                raw.decode(said)
            except UnicodeDecodeError:
                continue
            if others(raw, said) < 4:
                assert likelier_encoding([raw], said) is None
            else:
                judged.add(likelier_encoding([raw], said))
    assert true in judged


def test_japanese_of_unix_is_never_doubted_in_hanzi_or_in_kana_alone():
    text = NAMES["shift_jis"].split()
    assert likelier_encoding([name.encode("euc_jp") for name in text], "euc_jp") is None
    kana = ["つつじ", "ひばり", "カタカナ", "みどり", "さくら"]
    assert likelier_encoding([name.encode("euc_jp") for name in kana], "euc_jp") is None


@pytest.mark.parametrize(("letters", "told"), [(11, None), (12, "euc_kr"), (13, "euc_kr")])
def test_hangul_alone_is_korean_from_twelve_letters_on(letters, told):
    text = "세종대로종로을지로강남대로"[:letters]
    assert likelier_encoding([text.encode("euc_kr")], "gb18030") == told
