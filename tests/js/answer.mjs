// Questions in JSON from the standard input, answers in JSON to the standard output.
import { readFileSync } from "node:fs";
import { answers } from "./answers.js";

console.log(JSON.stringify(answers(JSON.parse(readFileSync(0, "utf-8")))));
