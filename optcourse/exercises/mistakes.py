"""What students write instead of an update: other conventions of the same method, and the classic mistakes.

Each is a sentence and the rules (:mod:`optcourse.formula.rewrite`) that change the method's rows into such a program; rows that are
executed say what it computes. ``a | b`` are two ways to make it, and ``[a|b]`` is a or b, the same in the sentence and all its rules.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..formula.parse import Node, symbols
from ..formula.rewrite import rewritten
from ..formula.rows import renamed
from ..formula.write import latex
from ..methods.base import Optimizer, Row, cached
from ..methods.optimizers import NAG, AdaGrad, Momentum

Table = Mapping[str, str]

# a velocity that is kept as v/c; the last move, which is none in the first step, where v is 0
SCALED = "v: γ vₜ₋₁ + η ∇J(θₜ₋₁) → γ vₜ₋₁ + η ∇J(θₜ₋₁)/(c); θ: vₜ → (c) vₜ | v: γ vₜ₋₁ + η ∇J(θₜ₋₁ - γ vₜ₋₁) → γ vₜ₋₁ + η ∇J(θₜ₋₁ - γ (c) vₜ₋₁)/(c); θ: vₜ → (c) vₜ"  # fmt: skip
MOVE = "sign(vₜ₋₁)^2 (θₜ₋₁ - vₜ₋₁)"
CONVENTIONS: tuple[Table, ...] = (  # of each group at most one, with a word on it
    {
        "You store the look-ahead point θ − γv instead of θ, as PyTorch, Keras and Optax do; it is the same method.": "v: ∇J(θₜ₋₁ - γ vₜ₋₁) → ∇J(θₜ₋₁); θ: x → θₜ₋₁ - γ vₜ - η ∇J(θₜ₋₁)",
        "Your v holds the last point, as in Polyak's paper; it is the same method.": f"v: γ vₜ₋₁ + η ∇J(θₜ₋₁) → θₜ₋₁; θ: θₜ₋₁ - vₜ → θₜ₋₁ + γ {MOVE} - η ∇J(θₜ₋₁)",
        "Your v holds the last point, as in Nesterov's paper; it is the same method.": f"v: γ vₜ₋₁ + η ∇J(θₜ₋₁ - γ vₜ₋₁) → θₜ₋₁; θ: θₜ₋₁ - vₜ → θₜ₋₁ + γ {MOVE} - η ∇J(θₜ₋₁ + γ {MOVE})",
    },
    {
        "Your velocity has the opposite sign, as in Sutskever et al. and Keras; it is the same method.": SCALED.replace("c", "-1"),
        "Your velocity leaves out η, as in PyTorch; it is the same method while η is constant.": SCALED.replace("c", "η"),
        "Your velocity leaves out η and has the opposite sign; it is the same method while η is constant.": SCALED.replace("c", "-η"),
        "Your velocity is an average, and your step divides it by 1 − γ; it is the same method.": SCALED.replace("c", "1/(1 - γ)"),
        "Your velocity is an average, and your step divides η by 1 − γ; it is the same method while η is constant.": SCALED.replace("c", "η/(1 - γ)"),
    },
    {
        "Your ε is outside the root, as in PyTorch; the difference is negligible while ε is small.": "θ: √(Gₜ + ε) → √(Gₜ) + ε",
        "Your ε is inside the root, as with Optax's eps_root; the difference is negligible while ε is small.": "θ: √(x) + ε → √(x + ε)",
        "Your ε is added before the correction of v, as in Keras; the difference is negligible while ε is small.": "θ: √(v̂ₜ) + ε → [√(v̂ₜ) + ε/√(1 - β₂ᵗ)|√(v̂ₜ + ε/(1 - β₂ᵗ))]",
        "Your G starts at ε, as with PyTorch's initial_accumulator_value; it is the same method.": "G: Gₜ₋₁ + x → [Gₜ₋₁ + ε (1 - sign(Gₜ₋₁))|max(Gₜ₋₁, ε)] + x; Gₜ + ε → Gₜ",
    },
    {"Your decay is λθ, as in the paper's algorithm 2; the course, PyTorch and Optax multiply it by η.": "η λ → λ"},
)  # fmt: skip

SHARE = "multiply the old average by γ (or β) and the new term by 1 − γ (or 1 − β)."
AHEAD = "take the gradient at the look-ahead point θ − γv"
NESTEROV = "θ: θₜ₋₁ + x → θₜ₋₁ + γ x - η ∇J(θₜ₋₁)"
TABLES: dict[type[Optimizer], Table] = {
    Momentum: {
        "You moved by γv plus a second gradient, as NAG does in Keras; move by v alone.": NESTEROV,
        "You took the gradient at a look-ahead point, as NAG does; take it at θ.": "∇J(θₜ₋₁) → ∇J(θₜ₋₁ [+|-] [|γ|η|η γ] vₜ₋₁)",
        "You took v = 0 for the last point in the first step; leave the momentum out of that step.": "v: γ vₜ₋₁ + η ∇J(θₜ₋₁) → θₜ₋₁; θ: θₜ₋₁ - vₜ → θₜ₋₁ - η ∇J(θₜ₋₁) + γ (θₜ₋₁ - vₜ₋₁)",
    },
    NAG: {"You moved by γv plus a second gradient; move by v alone, which contains both.": NESTEROV},
    AdaGrad: {"You averaged the squares, as RMSProp does; add them all up, G + g**2.": "G: Gₜ₋₁ + x → [0.9 Gₜ₋₁ + 0.1 x|0.99 Gₜ₋₁ + 0.01 x|0.9 Gₜ₋₁ + x]"},
    Optimizer: {
        # weight decay
        "You put the decay into the gradient (L2 regularisation); subtract ηλθ from θ instead.": "θ: x - [η|] λ θₜ₋₁ → x; g: x → x + λ θₜ₋₁",
        "You decayed θ twice, in the gradient and in the step; subtract ηλθ in the step only.": "g: x → x + λ θₜ₋₁",
        "You shrank θ before you took the gradient; take the gradient first.": "g: θₜ₋₁ → θₜ₋₁ - η λ θₜ₋₁",
        "You decayed the new θ; use θ from before the step.": "θ: θₜ₋₁ + x - [η|] λ θₜ₋₁ → (θₜ₋₁ + x) (1 - [η|] λ)",
        "You left out the weight decay; subtract ηλθ.": "θ: x - [η|] λ θₜ₋₁ → x",
        "You added the decay; subtract it, so that θ shrinks.": "θ: x - [η|] λ θₜ₋₁ → x + [η|] λ θₜ₋₁",
        "You left θ out of the decay; multiply λ by θ.": "λ θₜ₋₁ → λ",
        "You multiplied θ by λ; subtract ηλθ instead.": "θ: x - η λ θₜ₋₁ → x; θ: θₜ₋₁ → λ θₜ₋₁",
        "You divided the decay by the root; subtract ηλθ next to the step.": "θ: x - η λ θₜ₋₁ → x; m̂ₜ → (m̂ₜ + λ θₜ₋₁)",
        # the step
        "You moved up the slope; move against the gradient.": "θ: θₜ₋₁ + x[| + y] → θₜ₋₁ - (x[| + y])",
        "You left out the old θ; subtract the step from it.": "θ: θₜ₋₁ + x[| + y] → [|-](x[| + y])",
        "You left out η; multiply the gradient by it.": "η ∇J(x) → ∇J(x) | θ: η vₜ → vₜ | η/x → 1/x",
        "You used η twice; use it once.": "θ: η ∇J(x) → η^2 ∇J(x) | θ: vₜ → η vₜ | η/x → η^2/x",
        "You left the gradient out of the step; multiply by it.": "θ: η ∇J(θₜ₋₁) → η",
        "You left m̂ out of the step; multiply by it.": "θ: m̂ₜ x → x",
        "You added η and the gradient; multiply them.": "θ: -η ∇J(x) → -η [+|-] ∇J(x)",
        "You used θ instead of the gradient; call grad(theta).": "∇J(θₜ₋₁) → θₜ₋₁",
        "You squared the gradient; use it as it is.": "η ∇J(x) → η (∇J(x))^2",
        "You used only the sign of the gradient; use the gradient itself.": "η ∇J(x) → η sign(∇J(x))",
        "You divided the gradient by its length; use the whole gradient.": "η ∇J(x) → η ∇J(x)/√(sum((∇J(x))^2))",
        # the velocity
        "You multiplied the two parts; add them, as vectors.": "v: γ vₜ₋₁ + x → [|-]γ vₜ₋₁ x | θ: vₜ → γ vₜ₋₁ η ∇J(θₜ₋₁)",
        "You returned v with the wrong sign; return the v by which θ moved.": "v: γ vₜ₋₁ + x → -(γ vₜ₋₁ + x); θ: vₜ → -vₜ",
        "You left out γ before the old v; multiply the old v by γ.": "v: γ vₜ₋₁ + x → vₜ₋₁ + x",
        "You left out the old v; add γ times the old v to the gradient's part.": "v: γ vₜ₋₁ + x → x",
        "You multiplied both parts by γ; multiply only the old value by it.": "[v|G]: γ [v|G]ₜ₋₁ + x → γ ([v|G]ₜ₋₁ + x)",
        "You left the gradient out of v; add the gradient's part to γv.": "v: γ vₜ₋₁ + x → γ vₜ₋₁",
        "You multiplied the old v by 1 − γ; multiply it by γ.": "v: γ vₜ₋₁ + x → (1 - γ) vₜ₋₁ + x",
        "You swapped the factors; multiply the old v by γ, and the gradient by η alone.": "v: γ vₜ₋₁ + x → (1 - γ) vₜ₋₁ + γ x | v: γ vₜ₋₁ [+|-] η x → η vₜ₋₁ [+|-] γ x",
        "You multiplied the gradient by γ; multiply the old v by it instead.": "v: γ vₜ₋₁ + x → vₜ₋₁ + γ x",
        "You multiplied by γ in the step; multiply the old v by it instead.": "v: γ vₜ₋₁ + x → vₜ₋₁ + x; θ: vₜ → γ vₜ",
        "You used γ twice; multiply the old v by γ once.": "v: γ vₜ₋₁ → γ^2 vₜ₋₁ | v: γ vₜ₋₁ + x → γ^2 vₜ₋₁ + x | v: ∇J(θₜ₋₁ [+|-] γ x) → ∇J(θₜ₋₁ [+|-] γ^2 x)",
        "You added γ alone; multiply the old v by it.": "v: γ vₜ₋₁ + x → γ + x",
        "You used θ instead of the old v; multiply γ by the old v.": "v: γ vₜ₋₁ + x → γ θₜ₋₁ + x",
        "You damped the gradient, as PyTorch's dampening does; leave out the factor 1 − γ.": "v: γ vₜ₋₁ + x → γ vₜ₋₁ + (1 - [γ|0.9|0.5|0.1] [|sign(vₜ₋₁)^2]) x",
        "You moved by the old v; compute the new v first, then move by it.": "θ: vₜ → vₜ₋₁ | v: ∇J(θₜ₋₁[| + x]) → ∇J(θₜ₋₁ [+|-] [|η] vₜ₋₁[| + x]); θ: vₜ → vₜ₋₁",
        "You counted the momentum twice; move by v alone, which already contains it.": "θ: vₜ → (vₜ + γ [vₜ|vₜ₋₁])",
        "You multiplied the new v by γ in the step; move by the whole v.": "θ: vₜ → γ vₜ",
        "You counted the gradient twice; move by v alone, which already contains it.": "θ: θₜ₋₁ + x → θₜ₋₁ + x - η ∇J(θₜ₋₁)",
        # where the gradient is taken
        "You took the gradient at v; take it at θ.": "∇J(θₜ₋₁) → ∇J(vₜ₋₁)",
        f"You took the gradient at v; {AHEAD}.": "∇J(θₜ₋₁ - γ vₜ₋₁) → ∇J(vₜ₋₁)",
        f"You took the gradient at θ, as Momentum does; {AHEAD}.": "∇J(θₜ₋₁ + x) → ∇J(θₜ₋₁)",
        f"You looked ahead on the wrong side; {AHEAD}.": "∇J(θₜ₋₁ + x) → ∇J(θₜ₋₁ - x)",
        f"You left γ out of the look-ahead point; {AHEAD}.": "∇J(θₜ₋₁ [+|-] γ x) → ∇J(θₜ₋₁ [+|-] x)",
        "You left out γ before the old v and in the look-ahead point; multiply v by γ in both places.": "γ vₜ₋₁ → vₜ₋₁",
        f"You used η in the look-ahead point; {AHEAD}, where v already contains η.": "η ∇J(θₜ₋₁ [+|-] γ x) → η ∇J(θₜ₋₁ [+|-] η [γ|] x)",
        f"You left θ out of the look-ahead point; {AHEAD}.": "∇J(θₜ₋₁ + x) → ∇J([-|]x)",
        "You closed the parenthesis of grad too early; write grad(theta - gamma * v).": "∇J(θₜ₋₁ + x) → (∇J(θₜ₋₁) + x)",
        # the squares and their root
        "You divided by the old G; first add the new square to G, then divide by its root.": "θ: Gₜ → Gₜ₋₁ | G: ∇J(x) → ∇J(x - η ∇J(x)/([√(Gₜ₋₁ + ε)|√(Gₜ₋₁) + ε])); θ: Gₜ → Gₜ₋₁",
        "You left out the square root; divide by the root of the squared gradients.": "√(x) → x",
        "You took the root of the newest square alone; take the root of G.": "θ: Gₜ → (∇J(θₜ₋₁))^2",
        "You left out ε, or wrote a number for it; add the eps that you are given.": "θ: x + ε → x",
        "You added ε to the step; add it to the divisor, and check your parentheses.": "θ: x + ε → x; θ: -η y/x → [-η y/x + ε|-η/x + ε y|-(η/x + ε) y]",
        "You added ε to G in every step; add it only under the root.": "Gₜ + ε → Gₜ; G: x → x + ε",
        "You multiplied by the root; divide by it.": "θ: 1/x → x",
        "You left out the divisor; divide the step by the root.": "θ: η/x → η",
        "You summed the squares over the coordinates, as @ and np.dot do; square each one: g**2.": "(∇J(x))^2 → sum((∇J(x))^2) | gₜ^2 → sum(gₜ^2)",
        "You did not square the gradient; use g**2.": "(∇J(x))^2 → [∇J(x)|abs(∇J(x))] | gₜ^2 → gₜ",
        "You squared G + g; square only the gradient: G + g**2.": "G: Gₜ₋₁ + x^2 → (Gₜ₋₁ + x)^2",
        "You multiplied G by the square; add the square to G.": "G: Gₜ₋₁ + x → Gₜ₋₁ x",
        "You left out the old G; compute the new one from it and the new square.": "G: [Gₜ₋₁|γ Gₜ₋₁] + x → x | G: γ Gₜ₋₁ + (1 - γ) x → x",
        "You added up the squares, as AdaGrad does; average them: γ times the old G, 1 − γ times the new square.": "G: γ Gₜ₋₁ + (1 - γ) x → Gₜ₋₁ + x",
        # the averages; Q is G, m or v, or m and v together
        "You swapped the β's; use β₁ for the gradient (m) and β₂ for its square (v).": "β₁ → β₀; β₂ → β₁; β₀ → β₂",
        "You swapped the β's in the bias correction; use β₁ for m and β₂ for v.": "m̂: β₁ → β₂; v̂: β₂ → β₁[|; θ: β₂ → β₁]",
        "You averaged v with β₁; use β₂.": "v: β₂ → β₁",
        "You averaged m with β₂; use β₁.": "m: β₁ → β₂",
        "You corrected m with β₂; use β₁.": "m̂: β₁ → β₂",
        "You corrected v with β₁; use β₂.": "v̂: β₂ → β₁",
        f"You swapped the weights; {SHARE}": "Q: b Qₜ₋₁ + (1 - b) x → (1 - b) Qₜ₋₁ + b x",
        f"You used the same weight twice; {SHARE}": "Q: b Qₜ₋₁ + (1 - b) x → [b|(1 - b)] (Qₜ₋₁ + x)",
        "You left out the factor before the old average; multiply the old average by γ (or β).": "Q: b Qₜ₋₁ + (1 - b) x → Qₜ₋₁ + (1 - b) x",
        "You left out the old average; add it, multiplied by β.": "Q: b Qₜ₋₁ + (1 - b) x → (1 - b) x",
        "You left out the factor before the new term; multiply it by 1 − γ (or 1 − β).": "Q: b Qₜ₋₁ + (1 - b) x → b Qₜ₋₁ + x",
        "You squared the factor 1 − γ (or 1 − β) too; square only the gradient.": "[G|v]: (1 - b) x^2 → (1 - b)^2 x^2",
        "You averaged squared gradients in m; average the gradient itself.": "m: gₜ → gₜ^2",
        "You averaged the squares of m in v; average those of the gradient, g**2.": "v: gₜ → mₜ",
        "You used v̂ as the direction; use m̂.": "θ: m̂ₜ → v̂ₜ",
        "You used G as the direction; use the gradient.": "θ: ∇J(x) → Gₜ",
        "You used the gradient g as the direction; use the corrected average m̂.": "θ: m̂ₜ → gₜ",
        # the bias correction
        "You overwrote m with m̂; return m itself, and give m̂ another name.": "m̂: mₜ/x → mₜ; m: x → x/(1 - β₁ᵗ)",
        "You overwrote v with v̂; return v itself, and give v̂ another name.": "v̂: vₜ/x → vₜ; v: x → x/(1 - β₂ᵗ)",
        "You overwrote m and v with m̂ and v̂; return m and v, and give m̂ and v̂ other names.": "m̂: mₜ/x → mₜ; m: x → x/(1 - β₁ᵗ); v̂: vₜ/x → vₜ; v: x → x/(1 - β₂ᵗ)",
        "You left out the bias correction; divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ.": "m̂: x/y → x; v̂: x/y → x",
        "You left out the bias correction of m; divide m by 1 − β₁ᵗ.": "m̂: x/y → x",
        "You left out the bias correction of v; divide v by 1 − β₂ᵗ.": "v̂: x/y → x",
        "You took the root before the bias correction; correct v first, then take the root of v̂.": "θ: √(v̂ₜ) → √(vₜ)/(1 - β₂ᵗ)",
        "You moved by the old m and v; update both first, then move.": "m̂: mₜ → mₜ₋₁; v̂: vₜ → vₜ₋₁",
        "You counted t from 0; use t = 1 in the first step.": "bᵗ → b^([t - 1|max(t - 1, 1)])",
        "You used 1 − β in every step; use 1 − βᵗ in step t.": "bᵗ → b",
        "You multiplied β by t; raise it to this power: beta1**t.": "bᵗ → b t",
        "You multiplied by the bias correction; divide by it.": "m̂: x/y → x y; v̂: x/y → x y",
        "You left out the parentheses around 1 − βᵗ; write m / (1 - beta1**t).": "m̂: x/(1 - y) → x - y; v̂: x/(1 - y) → x - y",
        # numbers instead of the arguments; of β's perhaps in the averages alone
        "You wrote [0.9|0.99|0.5] for γ; use the argument gamma instead.": "γ → [0.9|0.99|0.5]",
        "You wrote [0.9|0.99|0.5] and [0.1|0.01] for γ and η; use the arguments instead.": "γ → [0.9|0.99|0.5]; η → [0.1|0.01]",
        "You wrote [0.1|0.01|0.001] for η; use the argument eta instead.": "η → [0.1|0.01|0.001]",
        "You wrote 0.9 and 0.999 for β₁ and β₂; use the arguments instead.": "β₁ → 0.9; β₂ → 0.999 | m: β₁ → 0.9; v: β₂ → 0.999",
        "You wrote 0.9 for β₁; use the argument beta1 instead.": "β₁ → 0.9 | m: β₁ → 0.9",
        "You wrote 0.999 for β₂; use the argument beta2 instead.": "β₂ → 0.999 | v: β₂ → 0.999",
        "You wrote [0.01|0.1] for λ; use the argument decay instead.": "λ → [0.01|0.1]",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Mistake:
    """A classic mistake: what to say, the rules that make it, and the methods for which it is one."""

    says: str
    edit: str
    only: type[Optimizer] = Optimizer


def listed(table: Table) -> Iterator[tuple[str, str]]:
    """Each sentence of a table with each way to make what it says."""
    for says, edits in table.items():
        for edit in edits.split(" | "):
            found = re.search(r"\[(.*?)\]", edit)
            if found:
                for each in found[1].split("|"):
                    yield from listed({says.replace(found[0], each): edit.replace(found[0], each)})
            elif "Q" in edit:
                averages = [edit.replace("Q", name) for name in "Gmv"]
                yield from ((says, each) for each in (*averages, "; ".join(averages[1:])))
            else:
                yield says, edit


MISTAKES = tuple(Mistake(*each, only) for only, table in TABLES.items() for each in listed(table))


@cached
def broken(kind: type[Optimizer], wrong: Mistake) -> type[Optimizer] | None:
    """The method with the mistake in its rows, or None where it has no place for it."""
    return changed(kind, wrong.edit) if issubclass(kind, wrong.only) else None


@cached
def forms(kind: type[Optimizer]) -> tuple[tuple[type[Optimizer], str], ...]:
    """The method itself, with nothing to say, and its other forms, each with a word on the convention."""
    found = [(kind, "")]
    for group in CONVENTIONS:
        made = [(changed(each, edit), f"{said} {word}".strip()) for each, said in found for word, edit in listed(group)]
        found += [(form, word) for form, word in made if form]
    return tuple(found)


def changed(kind: type[Optimizer], edit: str) -> type[Optimizer] | None:
    """The method with its rows changed by these rules, and the same state; None where they have no place in it.

    In each method the rows make θ_t of θ_{t-1}.
    """
    later = {"theta_{t+1}": "theta_t", "theta_t": "theta_{t-1}"} if kind.trees()[-1][1] == "theta_{t+1}" else {}
    before = [("row", later.get(name, name), renamed(right, later)) for _, name, right in kind.trees()]
    rows = rewritten(before, edit)
    if rows is None or not used(rows) <= used(before):
        return None
    own = {"rows": tuple(Row(latex(row), "") for row in rows), "init": lambda _, theta: kind().init(theta)}
    return type(kind.__name__, (kind,), own)


def used(rows: Iterable[Node]) -> set[str]:
    """All symbols of some rows."""
    return {name for _, assigned, right in rows for name in (assigned, *symbols(right))}
