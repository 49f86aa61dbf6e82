"""Make the font of formulas again: ``python tools/font.py STIXMath-Regular.otf`` (SIL Open Font License 1.1; Debian's fonts-stix).

What remains are the characters of our formulas and the sizes of root, hat and parentheses; needs fonttools and brotli.
"""

import pathlib
import sys

from fontTools import subset

TO = pathlib.Path(__file__).parent.parent / "optcourse" / "page" / "mathematics.woff2"
TEXT = "".join(map(chr, range(0x20, 0x7F))) + "αβγδεζηθικλμνξπρστυφχψωϵϕΔΣ∇√∑∏∂∞·×−±≤≥≠≈→←∈‖|ˆˉ˜̂̄̃′…–"
ITALIC = [*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D714), 0x210E]  # letters and Greek, as MathML writes them

options = subset.Options()
options.flavor, options.layout_features, options.name_IDs = "woff2", ["*"], [0, 1, 13, 14]
options.hinting = options.notdef_outline = False
font = subset.load_font(sys.argv[1], options)
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes={*map(ord, TEXT), *ITALIC})
subsetter.subset(font)
subset.save_font(font, TO, options)
print(f"{TO.name}: {TO.stat().st_size / 1e3:.1f} kB")
