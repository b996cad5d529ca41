"""What a file is gets found out; what is no table is refused with a sentence."""

import gzip
from pathlib import Path

import pytest

from leads.intake.sniffing import examine, sample
from portal.common.errors import Invalid


def look(
    tmp_path: Path, content: bytes, name: str = "leads.csv"
) -> tuple[str, str, list[str], list[list[str]]]:
    path = tmp_path / name
    path.write_bytes(content)
    shape = examine(path, folder=tmp_path / "imports")
    return shape.encoding, shape.delimiter, shape.headers, [record.cells for record in sample(shape)]


TEXT = "id;name\n1;Müller\n2;Zoë\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8-sig"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("utf-16"), "utf-8"),
        (TEXT.encode("utf-16-le"), "utf-8"),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8"),
        (TEXT.replace("\n", "\r").encode(), "utf-8"),
        (gzip.compress(TEXT.encode(), mtime=0), "utf-8"),
    ],
)
def test_encodings_and_line_ends(tmp_path: Path, content: bytes, encoding: str) -> None:
    assert look(tmp_path, content) == (encoding, ";", ["id", "name"], [["1", "Müller"], ["2", "Zoë"]])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    rows = delimiter.join(["id", "name", "note"]) + "\n" + delimiter.join(["1", '"a, b; c"', "x"]) + "\n"
    found = look(tmp_path, rows.encode())
    assert found[1:] == (delimiter, ["id", "name", "note"], [["1", "a, b; c", "x"]])


def test_one_column_is_a_table_too(tmp_path: Path) -> None:
    assert look(tmp_path, b"email\na@b.example\n")[2:] == (["email"], [["a@b.example"]])


def test_columns_without_a_name_or_with_the_same_are_told_apart(tmp_path: Path) -> None:
    assert look(tmp_path, b"id,,name,name\n1,2,3,4\n")[2] == ["id", "Column 2", "name", "name (2)"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n \r\n", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This is a picture, not a CSV file."),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "This is a picture, not a CSV file."),
        (b"PK\x03\x04\x14\0", "This is an Excel workbook or a zip archive, not a CSV file."),
        (b"%PDF-1.7", "This is a PDF document, not a CSV file."),
        (bytes(range(256)) * 40, "This is not a text file."),
        (
            "名前,都市\n山田,東京\n鈴木,大阪\n".encode("shift_jis"),
            "The encoding of this file cannot be told.",
        ),
        ("имя,город\nИван,Москва\n".encode("cp1251"), "The encoding of this file cannot be told."),
        (b'id,"name\n1,a\n', "The quotation marks of the first line do not pair up"),
        (b"id,na\0me\n1,a\n", "The first line holds a NUL byte"),
        (gzip.compress(b"id,name\n1,a\n" * 5000, mtime=0)[:60], "The file cannot be unpacked"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        look(tmp_path, content)


def test_a_named_encoding_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes("имя,город\nИван,Москва\n".encode("cp1251"))
    shape = examine(path, folder=tmp_path, encoding="cp1251")
    assert shape.headers == ["имя", "город"]


def test_a_few_bad_lines_do_not_make_a_file_windows(tmp_path: Path) -> None:
    content = b"id,name\n" + "1,Müller\n".encode() * 20 + b"2,M\xfcller\n"
    encoding, _delimiter, _headers, rows = look(tmp_path, content)
    assert (encoding, len(rows)) == ("utf-8", 20)
