// What crosses from Python to the page (see wire.py, which declares the same), and what the page makes of it.

export type Pair = [number, number];
export type Limits = [number, number];
export type Box = [left: number, top: number, width: number, height: number];
export type Scale = ((value: number) => number) & { back(pixel: number): number };
export type Tree = any[];
/** A number, or one for each coordinate. */
export type Value = number | Pair;

// ---- from Python ----

export interface Look {
  colour: string; // a name in the style sheet, such as "method-3"
  dash: number[]; // in widths of the line
  mark: string;
}

export interface Panel {
  name: string;
  kind: "surface" | "series" | "map";
  title: string;
  short: string; // on a tab
  log: boolean;
  floor: number; // values at or below it are not shown
  across: string; // what runs along x
}

export interface Series {
  panel: number;
  x: number; // places in the variant's expressions
  y: number;
  at: 0 | 1; // the coordinate
  name: string;
  dash: number[];
}

export interface Arrow {
  row: number; // the row of the formula that brings it in
  start: number;
  vector: number;
  label: string;
  colour: string;
}

export interface Program {
  rows: [string, Tree][];
  result: string;
  state: string[];
  settings?: Record<string, number>; // what is no hyperparameter: Muon's columns
}

/** What the page adds to a variant: where in its expressions each number of the formula is, and which coordinate of it. */
interface Slots {
  slots?: [expression: number, coordinate: 0 | 1][];
}

export interface Variant extends Slots {
  title: string;
  label: string;
  name: string;
  look: Look;
  program: Program | null; // null: the kernel runs it
  hypers: Record<string, string>; // the slider of each symbol
  expressions: Tree[];
  theta: number; // places in the expressions
  loss: number;
  divisor: number | null;
  series: Series[];
  arrows: Arrow[];
  stable: Tree | null; // on a quadratic of curvature λ a run is stable while ηλ is below
  formula: boolean; // whether it is shown
  rows: string[];
  captions: string[]; // of the rows
}

/** What the page adds to a slider: HTML instead of its symbol. */
interface Labelled {
  shown?: string;
}

export interface Control extends Labelled {
  name: string;
  label: string;
  symbol: string; // its name in trees; "" where the label is all
  doc: string;
  colour: string;
  values: number[];
  method: number | null; // null: several share it
  folded: boolean; // away with what is seldom used
}

export interface Setting {
  values: Record<string, number>;
  surface: number;
  start: Pair;
  steps: number;
  variants: number[];
  step: number;
  own: string;
  rows: string[];
}

export interface ExplorerConfig {
  panels: Panel[];
  methods: Variant[][]; // the variants of each
  controls: Control[];
  first: Setting;
  most_steps: number;
  size: number; // of type: 1 is usual
  own: boolean; // whether a formula of one's own can be the surface
  built_in: number; // how many surfaces are offered
  vectors: boolean;
  schedule: number[]; // factors of η by step, or none
  tolerance: number; // of the map
  longest: number;
  known: Record<string, Hyper>; // the usual hyperparameters of a reader's own rows; "" is any other
}

/** A network trainer's setting: Trainer. */
export interface TrainerSetting {
  values: Record<string, number>;
  chosen: number[]; // the methods that train, by place
  focus: number; // whose weights are shown
  variants: number[];
  rows: string[];
}

/** A trainer, but for the digits: next to what it shares with an ExplorerConfig. */
export interface TrainerConfig extends Omit<ExplorerConfig, "first"> {
  first: TrainerSetting;
  etas: number[]; // of the learning-rate sweep
  seeds: number;
  counts: number[]; // of the digits: how many train and validate
}

export type ReferenceValues = Record<string, Value>;

export interface Surface {
  name: string;
  view: number[]; // x from, to, y from, to
  start: Pair;
  reference_values: ReferenceValues[]; // of each minimum
  known: boolean; // whether the minima are known, not only the lowest point in view
  program: Tree | null; // J; null: the kernel evaluates it
  note: string; // why it starts where it does, say
  grid: DataView | string | null; // then: J on a grid over the view, as float32
  shape: Pair; // of the grid: columns, rows
  examples?: DataView | string | null; // inputs and target of each, as float64: a run sees mini-batches of them
}

export interface KernelRun {
  steps: number;
  diverged: number | null;
  end: string;
  expressions: Tree[]; // whose values they are
  values: DataView;
}

// ---- in the page ----

export interface Objective {
  loss(point: Pair): number;
  grad(point: Pair): Pair;
  reference_values: ReferenceValues[];
  turn?(step: number): void; // another mini-batch; 0: all examples
}

export interface Run {
  steps: number;
  diverged: number | null;
  end: string; // how it ended early, in words
  at(expression: number, step: number): Value;
  marks?: ReferenceValues; // of the minimum that it goes to
}

/** A run with the variant of its method: what pictures are drawn of. */
export interface Shown {
  variant: Variant;
  run: Run;
  last: number; // the last step with a finite point
}

/** What a picture shows besides its runs. */
export interface Moment {
  step: number;
  part: number | null; // the row of the step that is shown, or all
  steps: number; // of the longest run
}

/** What the controls ask of the view. */
export interface Host {
  readonly config: ExplorerConfig;
  readonly methods: Variant[][]; // with the variants that a reader has typed
  readonly surfaces: Surface[];
  readonly now: Setting;
  readonly disabledReason: string; // why sliders cannot move anything now, or nothing
  change(changes: Partial<Setting>): void; // of the setting
  moved(): void; // draw what has changed
  typeSurface(text: string): void; // a reader's own surface, or what is wrong with it
  typeRows(method: number, text: string): void; // a reader's own rows
  reset(): void;
}

/** What the step control asks of the view. */
export interface Walk {
  readonly step: number;
  readonly steps: number;
  readonly parts: number; // rows of the formula
  go(step: number, part: number | null): void;
  redraw(): void;
}

/** The model of the widget, as anywidget gives it, or the site. */
export interface Model {
  get(name: string): any;
  set(name: string, value: any): void;
  save_changes(): void;
  send(content: any): void;
  on(event: string, reaction: (content?: any) => void): void;
  off(event: string, reaction: (content?: any) => void): void;
}

/** A hyperparameter of a reader's own method: its symbol in trees, its name in Python, and its slider. */
export interface Hyper {
  symbol: string;
  name: string;
  letter: string;
  doc: string;
  allowed: string; // in words
  default: number;
  values: number[];
}
