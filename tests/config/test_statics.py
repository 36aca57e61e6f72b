"""Static files as production serves them: every module finds the modules that it imports."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.test import override_settings

from config import bundle
from config.statics import HashedModules

_IMPORT = re.compile(r'(?:from |import\()"\./([^"]+)"')


def test_the_script_of_charts_is_written_once_and_anew_when_its_maker_is_another(tmp_path: Path) -> None:
    place = tmp_path / "built" / "vega.js"
    assert bundle.build(place)
    text = place.read_text("utf-8")
    assert text.startswith(bundle.head())
    assert "as vegaEmbed}" in text
    assert not bundle.build(place), "what is right stays"
    place.write_text("// Vega of an older maker\n" + text, "utf-8")
    assert bundle.build(place)
    assert place.read_text("utf-8") == text
    assert [path.name for path in place.parent.iterdir()] == ["vega.js"], "nothing half-written is left"


def test_the_image_brings_the_script_of_charts() -> None:
    lines = (settings.BASE_DIR / "Dockerfile").read_text("utf-8").splitlines()
    copied, written, given_up = (
        lines.index(line)
        for line in ("COPY --chown=root:root static static", "RUN python -m config.bundle", "USER veintrace")
    )
    assert copied < written < given_up, "the account that serves cannot write into the image"


def test_modules_import_each_other_under_names_that_are_served(tmp_path: Path) -> None:
    bundle.build()
    with override_settings(STATIC_ROOT=tmp_path, DEBUG=False):
        storage = HashedModules(location=tmp_path, base_url=settings.STATIC_URL)
        paths = {}
        for path, source in FileSystemFinder().list([]):
            with source.open(path) as stream:
                storage.save(path, stream)
            paths[path] = (storage, path)
        for _name, _hashed, error in storage.post_process(paths, dry_run=False):
            assert not isinstance(error, Exception), error
    served = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    modules = [path for path in tmp_path.glob("*.js") if re.fullmatch(r".+\.[0-9a-f]{12}\.js", path.name)]
    imports = [name for path in modules for name in _IMPORT.findall(path.read_text("utf-8"))]
    assert imports, "no imports found: this test looks at the wrong place"
    assert any(name.startswith("built/vega.") for name in imports), (
        "the script of charts is imported when it is needed"
    )
    assert [
        name for name in imports if name not in served or not re.search(r"\.[0-9a-f]{12}\.js$", name)
    ] == []
