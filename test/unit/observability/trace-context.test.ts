import { describe, expect, it } from "vitest";
import { readTraceContext, writeTraceContext } from "../../../src/observability/trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const SOUND = `00-${TRACE}-${SPAN}-01`;

const passOn = (traceparent: unknown, tracestate?: unknown): Readonly<Record<string, string>> =>
  writeTraceContext(readTraceContext({ traceparent, tracestate }));

describe("a trace context", () => {
  it("is passed on as it came", () => {
    expect(passOn(SOUND, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7")).toEqual({
      traceparent: SOUND,
      tracestate: "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
    });
    expect(passOn(`00-${TRACE}-${SPAN}-00`)).toEqual({ traceparent: `00-${TRACE}-${SPAN}-00` });
  });

  it("of a later version is read as far as it is known, and written as version 0", () => {
    expect(passOn(`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`)).toEqual({
      traceparent: SOUND,
    });
    expect(passOn(`01-${TRACE}-${SPAN}-ff`)).toEqual({ traceparent: SOUND });
  });

  it.each([
    ["is missing", undefined],
    ["is no text", 7],
    ["is empty", ""],
    ["has a tail in version 0", `${SOUND}-more`],
    ["has version 255", `ff-${TRACE}-${SPAN}-01`],
    ["has a trace of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
    ["has a span of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["is in capitals", SOUND.toUpperCase()],
    ["was sent twice", `${SOUND}, ${SOUND}`],
    ["has a line break", `${SOUND}\r\nx: y`],
    ["is endless", `cc-${TRACE}-${SPAN}-01-${"a".repeat(1_000)}`],
  ])("counts as none, with its state, when it %s", (_name, traceparent) => {
    expect(passOn(traceparent, "a=b")).toEqual({});
  });

  it.each(["", "no equals sign", "a=b\r\nx: y", `a=${"b".repeat(600)}`, 7])(
    "goes without a state that is broken: %j",
    (tracestate) => {
      expect(passOn(SOUND, tracestate)).toEqual({ traceparent: SOUND });
    },
  );
});
