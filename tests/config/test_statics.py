"""Static files as production serves them: every module finds the modules that it imports."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.test import override_settings

from config.statics import HashedModules


def test_modules_import_each_other_under_names_that_are_served(tmp_path: Path) -> None:
    with override_settings(STATIC_ROOT=tmp_path, DEBUG=False):
        storage = HashedModules(location=tmp_path, base_url=settings.STATIC_URL)
        paths = {}
        for path, source in FileSystemFinder().list([]):
            with source.open(path) as stream:
                storage.save(path, stream)
            paths[path] = (storage, path)
        for _name, _hashed, error in storage.post_process(paths, dry_run=False):
            assert not isinstance(error, Exception), error
    served = {path.name for path in tmp_path.iterdir()}
    modules = [path for path in tmp_path.glob("*.js") if re.fullmatch(r".+\.[0-9a-f]{12}\.js", path.name)]
    imports = [name for path in modules for name in re.findall(r'from "\./([^"]+)"', path.read_text("utf-8"))]
    assert imports, "no imports found: this test looks at the wrong place"
    assert [
        name for name in imports if name not in served or not re.search(r"\.[0-9a-f]{12}\.js$", name)
    ] == []
