import { expect, test } from "vitest";
import { Interrupted, toEnding, toErrorJson, wantsJson } from "../../../src/cli/exit.ts";
import { AppError } from "../../../src/core/errors.ts";

const quiet = { logId: "id-1", showStack: false };

test("shows every line of an error that a person can act on, with its exit code", () => {
  const error = new AppError("port_in_use", "port 1 is in use\n  stop it", {
    cause: new Error("x"),
  });
  expect(toEnding(error, quiet)).toEqual({
    code: "port_in_use",
    lines: ["port 1 is in use", "  stop it"],
    exitCode: 69,
  });
});

test("keeps the text of a bug to itself unless it is asked for", () => {
  const bug = new TypeError("token abc of someone");
  const ending = toEnding(bug, quiet);
  expect(ending.exitCode).toBe(70);
  expect(ending.lines.join("\n")).toContain("id-1");
  expect(ending.lines.join("\n")).not.toContain("abc");
  const told = toEnding(bug, { ...quiet, showStack: true }).lines.join("\n");
  expect(told).toContain("TypeError: token abc of someone");
  expect(told).toContain("exit.test.ts");
});

test("shows the cause of an AppError only where the stack is asked for", () => {
  const error = new AppError("storage_unavailable", "no store", {
    cause: new Error("disk on fire"),
  });
  expect(toEnding(error, quiet).lines).toEqual(["no store"]);
  expect(toEnding(error, { ...quiet, showStack: true }).lines.join("\n")).toContain("disk on fire");
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("ends with the code of %s when work was cut", (signal, exitCode) => {
  expect(toEnding(new Interrupted(signal), quiet).exitCode).toBe(exitCode);
});

test("tells an error as one line of JSON, with what to do", () => {
  const line = toErrorJson(toEnding(new AppError("port_in_use", "in use\n  stop it"), quiet));
  expect(JSON.parse(line)).toEqual({
    error: {
      code: "port_in_use",
      message: "in use\n  stop it",
      fix: "Stop the other program, or choose another port: --port, or PORT for a server.",
      exitCode: 69,
      retryable: true,
    },
  });
  expect(toErrorJson(toEnding(new Interrupted("SIGINT"), quiet))).toContain('"interrupted"');
});

test("reads --json among options alone", () => {
  expect(wantsJson(["node", "ghl-mcp", "status", "--json"])).toBe(true);
  expect(wantsJson(["node", "ghl-mcp", "operations", "--", "--json"])).toBe(false);
});
