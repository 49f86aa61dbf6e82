"""Run notebooks and keep their outputs: ``make outputs``. Everything that a diff should not show is left out."""

import pathlib
import sys

import nbformat
from nbconvert.preprocessors import ExecutePreprocessor

# without an extension nbconvert writes a script as .txt
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python", "nbconvert_exporter": "python"}
KEPT = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}


KEPT_OF_CELL = ("slideshow", "tags")


def execute(path: pathlib.Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    runner = ExecutePreprocessor(timeout=300, kernel_name="python3", store_widget_state=False, record_timing=False)
    runner.preprocess(notebook, {"metadata": {"path": str(path.parent)}})
    notebook.metadata = nbformat.from_dict({**KEPT, "language_info": LANGUAGE})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {name: cell.metadata[name] for name in KEPT_OF_CELL if cell.metadata.get(name)}
        )
        cell["outputs"] = merged(cell.get("outputs", [])) if cell.cell_type == "code" else None
        if cell["outputs"] is None:
            del cell["outputs"]
    nbformat.write(notebook, path)


def merged(outputs: list) -> list:
    """Neighbouring pieces of one stream as one output: how a kernel cuts them differs from run to run."""
    kept: list = []
    for output in outputs:
        if output.output_type == "stream" and kept and kept[-1].get("name") == output.name:
            kept[-1]["text"] += output["text"]
        else:
            kept.append(output)
    return kept


if __name__ == "__main__":
    for place in map(pathlib.Path, sys.argv[1:]):
        for path in [place] if place.is_file() else sorted(place.glob("*.ipynb")):
            print(path)
            execute(path)
