// Answer every case on standard input, as one JSON list, with GitHub's own libraries.
import { readFileSync } from "node:fs";
import { register } from "node:module";

// The published parser imports its schema without saying that it is JSON, as node wants.
const hook = `export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { Evaluator, Lexer, Parser, data } = await import("@actions/expressions");
const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } = await import(
  "@actions/workflow-parser"
);

function expression({ text, contexts }) {
  const names = Object.keys(contexts);
  try {
    const parsed = new Parser(new Lexer(text).lex().tokens, names, []).parse();
    const known = JSON.parse(JSON.stringify(contexts), data.reviver);
    const value = new Evaluator(parsed, known).evaluate();
    return { value: JSON.parse(JSON.stringify(value, data.replacer)), text: value.coerceString() };
  } catch (error) {
    return { error: String(error.message) };
  }
}

async function workflow({ text }) {
  const trace = new NoOperationTraceWriter();
  const parsed = parseWorkflow({ name: "ci.yml", content: text }, trace);
  if (!parsed.value) return { error: parsed.context.errors.getErrors().map(String).join("; ") };
  const template = await convertWorkflowTemplate(parsed.context, parsed.value);
  const errors = parsed.context.errors.getErrors().map(String);
  return errors.length ? { error: errors.join("; ") } : { events: template.events };
}

const ask = { expression, workflow };
const answers = [];
for (const one of JSON.parse(readFileSync(0, "utf8"))) answers.push(await ask[one.kind](one));
process.stdout.write(JSON.stringify(answers));
