import { expect, test } from "vitest";
import { createPrinter, type Sink } from "../../../src/cli/print.ts";

const createSink = (terminal: boolean, colors = terminal): Sink & { text(): string } => {
  let text = "";
  return {
    isTTY: terminal,
    hasColors: () => colors,
    write: (chunk) => (text += chunk),
    text: () => text,
  };
};

const create = (stderr: Sink) => {
  const stdout = createSink(true);
  return { stdout, printer: createPrinter({ stdout, stderr }) };
};

test("writes results alone to stdout, without colors", () => {
  const stderr = createSink(true);
  const { printer, stdout } = create(stderr);
  printer.result("result");
  printer.note("note");
  printer.problem("problem");
  expect(stdout.text()).toBe("result\n");
  expect(stderr.text()).toContain("note\n");
  expect(stderr.text()).toContain("\u001B[31mproblem");
});

test.each([
  ["no terminal", false, false],
  ["a terminal that wants no colors", true, false],
])("writes no escape codes to %s", (_name, terminal, colors) => {
  const stderr = createSink(terminal, colors);
  const { printer } = create(stderr);
  printer.problem("problem");
  printer.note(printer.strong("strong"));
  expect(stderr.text()).toBe("problem\nstrong\n");
});

test("writes a progress line once where there is no terminal", () => {
  const stderr = createSink(false);
  const { printer } = create(stderr);
  printer.progress("waiting").stop();
  expect(stderr.text()).toBe("waiting\n");
});

test("takes a progress line away again on a terminal", () => {
  const stderr = createSink(true);
  const { printer } = create(stderr);
  printer.progress("waiting").stop();
  expect(stderr.text().endsWith("waiting\r\u001B[K")).toBe(true);
});
