"""The questions of the lessons: predictions and quizzes. The first option of each is the right one."""

from .activities import Question

PREDICT: dict[str, Question] = {
    "overview": Question(
        "Gradient descent and Adam on the ravine, both with η = 0.3. What happens?",
        (
            (
                "Gradient descent diverges, Adam arrives.",
                "Yes: η alone says nothing. Gradient descent multiplies it by the slope, which is 25 at first; "
                "Adam has divided by the slope's size before.",
            ),
            ("Both arrive, about equally soon.", "The same η means something else to each: read their first steps."),
            ("Both diverge.", "0.3 is far too large for gradient descent here. Adam's steps have a length of about η."),
        ),
    ),
    "gradient_descent": Question(
        "The ravine with η = 0.04, which is 1/25. After how many steps is y, the steep direction, at the bottom?",
        (
            ("After one.", "Yes: 1 − ηλ = 1 − 0.04 · 25 = 0, and nothing of the distance is left."),
            ("Never quite: each step leaves a part.", "Put in the numbers: which part does 1 − 0.04 · 25 leave?"),
            ("Never: it jumps across from wall to wall.", "It would with a larger η, where 1 − ηλ is below 0."),
        ),
    ),
    "momentum": Question(
        "The bowl is round: κ = 1. If you may tune η, too, which γ arrives soonest?",
        (
            ("γ = 0", "Yes: with η = 1/λ gradient descent is there in one step. Where κ is 1, a memory only swings."),
            (
                "γ = 0.9, as usual",
                "It makes a swing that dies out by √0.9 per step, and there is no long valley to run along.",
            ),
            ("γ = 0.5", "The formula for the best γ has √κ − 1 in it. What is that for κ = 1?"),
        ),
    ),
    "nag": Question(
        "The bowl has λ = 1 in every direction. Momentum and NAG start with η = 1 and γ = 0.9. What do they do?",
        (
            (
                "NAG is there after one step and stays, Momentum swings.",
                "Yes: γ(1 − ηλ) = 0, so NAG has no memory here, and η = 1/λ is exact. Momentum keeps its 0.9.",
            ),
            ("Both swing.", "What is γ(1 − ηλ) for η = 1 and λ = 1?"),
            ("NAG diverges.", "Its limit is ηλ = 2(1+γ)/(1+2γ), which is above 1 for γ = 0.9."),
        ),
    ),
    "adagrad": Question(
        "AdaGrad on the ravine from (−4, 0): y is at the bottom, its gradient is 0 in every step. What is y's learning rate?",
        (
            (
                "5000, which is η/√ε, and it moves nothing.",
                "Yes: G stays 0 and only ε is left below. The first gradient that y ever gets is divided by its own size.",
            ),
            ("0, because nothing moves.", "Nothing moves because the gradient is 0. The rate is η/√(G+ε), and G is 0."),
            ("The same as x's.", "Each has a G of its own: x's has grown, y's is 0."),
        ),
    ),
    "rmsprop": Question(
        "The saddle, start a thousandth beside the ridge, η = 0.1. Gradient descent needed 67 steps to leave it. And RMSProp?",
        (
            (
                "A few steps: each is about as long as η or longer.",
                "Yes: a small gradient is divided by its own small size. What flattens the saddle is scaled away.",
            ),
            (
                "About 67, too: the slope is as flat for it.",
                "The slope is, but RMSProp divides by the slope's own size.",
            ),
            (
                "Longer: its average must grow first.",
                "The average starts at 0, so the first step is even longer than η.",
            ),
        ),
    ),
    "adam": Question(
        "The plateau from (−4, 0). Lesson 2's gradient descent with η = 0.5 came within 0.1 of the middle in step 448. "
        "When does Adam with η = 0.1?",
        (
            ("Before step 50.", "Yes: its steps are about η long however flat it is, and the way is 4."),
            (
                "After step 448: its η is smaller.",
                "Its η is a length, not a factor on the slope. How many of them is the way?",
            ),
            ("Never: the gradient is too small.", "It is about 10⁻³, large against ε. Adam divides by it."),
        ),
    ),
    "summary": Question(
        "Six methods, each with its best η for 100 steps on the ravine. They run on to step 400. Who gains nothing?",
        (
            (
                "RMSProp",
                "Yes: with a constant η it jumps about the minimum, and more steps do not help. The others settle.",
            ),
            ("AdaGrad, whose rates die out", "Its gradients fade here, so its rates stay, and it goes on towards 0."),
            (
                "Gradient descent, the simplest",
                "Slow along the valley, but each step multiplies its distance by 1 − ηλ.",
            ),
        ),
    ),
    "beyond": Question(
        "AMSGrad divides by the largest average so far. On Rosenbrock's surface, behind the steep wall: whose rates recover?",
        (
            (
                "Adam's, not AMSGrad's.",
                "Yes: a maximum never falls. Like AdaGrad, AMSGrad does not forget one huge gradient.",
            ),
            ("Both.", "u is a maximum over all steps. Can it become smaller?"),
            ("Neither.", "Adam's v is an average that fades: it falls when the gradients are small again."),
        ),
    ),
}

QUIZ: dict[str, tuple[Question, ...]] = {
    "overview": (
        Question(
            "Which pair changes the step size per parameter?",
            (
                ("AdaGrad and RMSProp", "Right: they divide by past gradients, each parameter by its own."),
                ("Momentum and NAG", "These remember a direction; their rate is the same for all parameters."),
                ("Gradient descent and Momentum", "Both use one η for all parameters."),
            ),
        ),
        Question(
            "A method still moves although the gradient is zero. What does it have?",
            (
                ("a memory of the direction", "Right: inertia."),
                ("a learning rate per parameter", "A rate times a zero gradient is zero."),
                ("too large an η", "Any η times a zero gradient is zero."),
            ),
        ),
    ),
    "gradient_descent": (
        Question(
            "What does a mini-batch of four times the size do to the noise of the gradient?",
            (
                ("It halves it.", "Right: the noise falls like 1/√B."),
                ("It quarters it.", "That would be 1/B. The mean of B samples is noisy like 1/√B."),
                ("Nothing.", "Averaging more samples makes the mean less noisy."),
            ),
        ),
        Question(
            "The largest curvature is 25. From which η on does gradient descent diverge?",
            (
                ("0.08", "Right: 2/25."),
                ("0.04", "1/25 is the η that is exact in one step along that direction; the limit is twice that."),
                ("25", "The larger the curvature, the smaller the limit: 2/λ."),
            ),
        ),
    ),
    "momentum": (
        Question(
            "γ = 0.9 and a constant gradient. How many times as far per step as gradient descent does Momentum go in the end?",
            (
                ("10 times", "Right: 1/(1−γ)."),
                ("1.9 times", "That is only the second step: the sum 1 + γ + γ² + … goes on."),
                ("0.9 times", "γ is the part that survives; a new gradient step is added each time."),
            ),
        ),
        Question(
            "What kind of sum joins the momentum and the gradient?",
            (
                ("a vector sum", "Right: the result is again a vector, with a direction."),
                ("an inner product", "An inner product is one number. A step needs a direction."),
                ("an element-wise product", "They are added, coordinate by coordinate."),
            ),
        ),
    ),
    "nag": (
        Question(
            "Where does NAG take its gradient?",
            (
                ("at θ − γv", "Right: where the momentum move would end."),
                ("at θ", "That is Momentum."),
                ("at θ + γv", "The velocity is subtracted: the move ends at θ − γv."),
            ),
        ),
        Question(
            "Along a direction of curvature λ, NAG is Momentum with which γ?",
            (
                ("γ(1 − ηλ)", "Right: a shorter memory where it is steep."),
                ("γ", "Only where λ is nearly zero. The look-ahead sees the slope change along the momentum move."),
                ("γ + ηλ", "That memory would be longer where it is steep, and the swing would grow."),
            ),
        ),
        Question(
            "When does NAG mostly settle sooner than Momentum, with the same η and γ?",
            (
                ("where Momentum swings along the flat direction", "Right: the shorter memory damps that swing."),
                ("always", "Where nothing swings there, the shorter memory only slows: the grid counts it."),
                ("never", "Where Momentum swings it mostly does: the grid counts the cells."),
            ),
        ),
    ),
    "adagrad": (
        Question(
            "What dies out in AdaGrad?",
            (
                ("the effective learning rate", "Right: η/√(G+ε), since G only grows. The gradient need not shrink."),
                ("the gradient", "That is the vanishing-gradient problem, which is another one."),
                ("the hyperparameter η", "η stays. What it is divided by grows."),
            ),
        ),
        Question(
            "G is a sum of …",
            (
                ("element-wise squares of the gradient", "Right: one sum for each parameter."),
                ("matrix products of the gradient", "That would mix the parameters. Each has its own sum."),
                ("gradients", "Gradients of different sign would cancel. Squares do not."),
            ),
        ),
    ),
    "rmsprop": (
        Question(
            "γ = 0.99. About how many steps does RMSProp remember?",
            (
                ("100", "Right: 1/(1−γ)."),
                ("99", "Nearly, but the rule is 1/(1−γ)."),
                ("10", "That is γ = 0.9."),
            ),
        ),
        Question(
            "Does RMSProp have inertia?",
            (
                ("No: the average only scales the step.", "Right: with a zero gradient it stops at once."),
                ("Yes: it averages like Momentum.", "It averages squared gradients, which have lost their direction."),
                ("Only with a large γ.", "γ sets how long it remembers sizes, not directions."),
            ),
        ),
    ),
    "adam": (
        Question(
            "What does bias correction correct?",
            (
                ("that both averages start at zero", "Right: in the first steps they are too small."),
                ("the noise of mini-batches", "Noise stays. The start at zero is corrected."),
                ("the choice of β₁ and β₂", "The β's are decay rates. The correction divides by 1 − βᵗ."),
            ),
        ),
        Question(
            "β₁ = 0.9, β₂ = 0.999, no bias correction. The first step is …",
            (
                ("about three times too long", "Right: (1−β₁)/√(1−β₂) = 3.16."),
                ("ten times too short", "m is ten times too small, but √v is about thirty times too small."),
                ("just right", "m and √v are too small by different factors."),
            ),
        ),
    ),
    "summary": (
        Question(
            "On the digits, without dropout and with η tuned: which method had the lowest training loss?",
            (
                ("NAG", "Right, lower than each other one. With dropout it was RMSProp."),
                ("Adam", "That is the source's claim. With η alone tuned it was not so, with dropout or without."),
                ("AdaGrad", "It had the highest median of the six. With a large ε its loss is less than half as high."),
            ),
        ),
        Question(
            "A paper tunes η for ten values, leaves all else at its usual value, and ranks six methods. What does the rank say?",
            (
                (
                    "Which is best on this problem within this search space.",
                    "Right: with all that each method has tuned, Adam was the lowest with dropout.",
                ),
                ("Which is best.", "Dropout alone changed the order here, and so did β₁, β₂ and ε."),
                ("Nothing at all.", "It says something, within its problem, budget and search space."),
            ),
        ),
        Question(
            "Two methods, five seeds each. The medians are 0.010 and 0.012, and the ranges overlap. What do you know?",
            (
                (
                    "Not which is lower: more seeds, in pairs, with an interval.",
                    "Right. Paired by seed the difference may be sure, or it may not; overlapping ranges tell neither.",
                ),
                ("The first is lower.", "Five other seeds may turn it: the median of five moves a lot."),
                ("They are equal.", "Not told apart is not equal, and ranges can overlap where every pair agrees."),
            ),
        ),
        Question(
            "What is the horizontal axis of the source's chart?",
            (
                ("passes over the data set", "Right: epochs."),
                ("the size of the data set", "That is the slip E4. The data set's size does not change."),
                ("the learning rate", "Each curve has one learning rate."),
            ),
        ),
    ),
    "beyond": (
        Question(
            "Where does AdamW put the weight decay?",
            (
                ("beside the step", "Right: so it is not divided by √v̂."),
                ("into the gradient", "Then Adam would divide it by √v̂ like everything else."),
                ("into the learning rate", "η multiplies it, but it shrinks the weights themselves."),
            ),
        ),
        Question(
            "What does Muon make equal?",
            (
                ("the singular values of the velocity", "Right: about equal, by five Newton–Schulz steps."),
                ("the entries of the gradient", "That is closer to Lion, which keeps only their signs."),
                ("the learning rates of all layers", "It works on each matrix by itself."),
            ),
        ),
    ),
}
