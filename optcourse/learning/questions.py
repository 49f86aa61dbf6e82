"""The questions of the lessons: predictions and quizzes. The first option of each is the right one."""

from .activities import Question

PREDICT: dict[str, Question] = {
    "overview": Question(
        "Gradient descent on the ravine with η = 0.02. You raise η step by step. What happens to the loss after 60 steps?",
        (
            (
                "It falls, and from some η on it explodes.",
                "Yes: up to a limit a larger η is better, beyond it the run diverges.",
            ),
            ("It falls more and more.", "Not for ever: beyond a limit each step makes the distance longer."),
            ("It rises: small steps are safer.", "Small steps are safe, but they do not get far in 60 steps."),
        ),
    ),
    "gradient_descent": Question(
        "The saddle, start (−2, 0), exactly on the ridge. Where does gradient descent end?",
        (
            ("At the saddle point (0, 0).", "Yes: along the ridge the gradient never points to the side."),
            ("In one of the two minima.", "The gradient has no y-part on the ridge, so y stays 0."),
            ("It diverges.", "The slope along the ridge leads down to the saddle, and there the gradient is zero."),
        ),
    ),
    "momentum": Question(
        "Momentum on the ravine, η = 0.01. You raise γ from 0.9 to 0.98. Will it settle sooner or later?",
        (
            ("Later: it swings for longer.", "Yes: the swing dies out by √γ per step, and √0.98 is close to 1."),
            ("Sooner: it is faster.", "It is faster on the way, but it runs past the minimum and swings for long."),
            ("No change.", "γ is the part of the velocity that survives: it changes how long a swing lasts."),
        ),
    ),
    "nag": Question(
        "Momentum and NAG on the ravine, γ = 0.9. You raise η for both. Which one diverges first?",
        (
            ("NAG.", "Yes: its limit for ηλ is 2(1+γ)/(1+2γ), below Momentum's 2(1+γ)."),
            ("Momentum.", "Its limit for ηλ is 2(1+γ), above NAG's: with a large η the look-ahead itself overshoots."),
            ("Both at the same η.", "The look-ahead changes the limit: compare the two formulas in this lesson."),
        ),
    ),
    "adagrad": Question(
        "AdaGrad on the ravine, which is 25 times steeper in y. Which parameter gets the lower learning rate?",
        (
            ("y, whose gradients are larger.", "Yes: large gradients make G large and the rate small."),
            ("x, which has the longer way to go.", "Not the way counts but the gradients: those of y are larger."),
            ("Both the same.", "Each has its own G. Equal rates would need equal gradients."),
        ),
    ),
    "rmsprop": Question(
        "RMSProp on the bowl with η = 0.1 for 300 steps. How close does it get to the minimum?",
        (
            (
                "About η/2 in each coordinate, and it stays there.",
                "Yes: every step has about the length η, however small the gradient.",
            ),
            ("As close as you like.", "The divisor shrinks together with the gradient, so the step does not."),
            ("It diverges.", "It jumps back and forth, but it does not run away."),
        ),
    ),
    "adam": Question(
        "You multiply the whole loss by 1000. How long is Adam's first step now?",
        (
            ("As long as before.", "Yes: numerator and root grow alike, and ε is too small to matter."),
            (
                "1000 times as long.",
                "That would be gradient descent. Adam divides by the root of the squared gradient.",
            ),
            ("√1000 times as long.", "The root is taken of the square, so the factor cancels completely."),
        ),
    ),
    "summary": Question(
        "Learning rates that were tuned on the ravine, now on Beale's surface. Is the race still fair?",
        (
            ("No: each η suits another surface.", "Yes. A fair race tunes anew, with the same effort for each."),
            (
                "Yes: all start at the same point.",
                "The same start is not enough: the η's were chosen for another surface.",
            ),
            (
                "Yes: all make the same number of steps.",
                "Equal steps are needed, but so is equal tuning on this surface.",
            ),
        ),
    ),
    "beyond": Question(
        "Lion with a constant η = 0.05 on the ravine. Can it come to rest at the minimum?",
        (
            (
                "No: each coordinate moves by η in every step.",
                "Yes: only the sign counts, so it cannot take small steps.",
            ),
            ("Yes, like gradient descent.", "Gradient descent's steps shrink with the gradient. Lion's do not."),
            ("Only without noise.", "Even without noise its steps keep their length."),
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
            "On the digits without dropout, η tuned: which method had the lowest training loss, by the median?",
            (
                ("NAG", "Right. With dropout it was RMSProp."),
                ("Adam", "That is the source's claim. Here Adam was second, without and with dropout."),
                ("AdaGrad", "It had the highest of the six. With an ε of 1 it was level with others."),
            ),
        ),
        Question(
            "A paper tunes η for ten values, leaves all else at its usual value, and ranks six methods. What does the rank say?",
            (
                (
                    "Which is best on this problem within this search space.",
                    "Right: with more to tune, AdaGrad left the last place and Momentum passed Adam.",
                ),
                ("Which is best.", "Dropout alone changed the order here, and so did γ and ε."),
                ("Nothing at all.", "It says something, within its problem, budget and search space."),
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
