"""The surfaces of the course, a line each.

>>> ravine.gradient([1.0, 1.0])
array([ 1., 25.])
"""

from .surface import Surface

bowl = Surface("bowl", "(x**2 + y**2)/2", (-5, 5, -4, 4), (-4, 2.5), ((0, 0),), "the same curvature everywhere")
ravine = Surface("ravine", "(x**2 + 25*y**2)/2", (-5, 5, -2, 2), (-4, 1), ((0, 0),), "25 times steeper in y than in x")
saddle = Surface(
    "saddle", "x**2/2 - y**2/2 + y**4/4", (-2.5, 2.5, -2, 2), (-2, 0.001), ((0, 1), (0, -1)), "flat at (0, 0)"
)
two_valleys = Surface(
    "two valleys",
    "x**4/4 - x**2 + 0.3*x + y**2",
    (-2.5, 2.5, -2, 2),
    (2.2, 1.2),
    ((-1.5, 0), (1.3, 0)),
    "a local minimum on the right, the global one on the left",
)
plateau = Surface(
    "plateau", "1 - exp(-(x**2 + y**2)/2)", (-5, 5, -4, 4), (-3.5, 2), ((0, 0),), "almost flat away from the middle"
)
rosenbrock = Surface(
    "Rosenbrock", "(1 - x)**2 + 100*(y - x**2)**2", (-2, 2, -1, 3), (-1.2, 1), ((1, 1),), "a bent, narrow valley"
)
beale = Surface(
    "Beale",
    "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2",
    (-4.5, 4.5, -4.5, 4.5),
    (1, 1.5),
    ((3, 0.5),),
    "flat floor, steep corners",
)
himmelblau = Surface(
    "Himmelblau",
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    (-5, 5, -5, 5),
    (0, -1),
    ((3, 2), (-2.805118, 3.131312), (-3.77931, -3.283186), (3.584428, -1.848126)),
    "four equal minima",
)

CATALOGUE: tuple[Surface, ...] = (bowl, ravine, saddle, two_valleys, plateau, rosenbrock, beale, himmelblau)
