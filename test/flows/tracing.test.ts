import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { afterEach, expect, it } from "vitest";
import { createOtelTracing } from "../../src/observability/otel-tracing.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { callTool, createAttackClient } from "../support/attack-client.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { startWiretap } from "../support/wiretap.ts";

/** A trace on its way through the server: from a client, into spans and logs, to GoHighLevel. */

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  trace.disable();
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const OTHER = "0af7651916cd43dd8448eb211c80319c";
const toParent = (traceId: string): string => `00-${traceId}-00f067aa0ba902b7-01`;

const SEARCH = { name: "search_contacts", arguments: { limit: 1 } };

const start = async () => {
  const sandbox = await startSandbox();
  cleanUps.push(() => sandbox.close());
  const wire = await startWiretap();
  cleanUps.push(() => wire.close());
  wire.setTarget(sandbox.baseUrl);
  const app = await startApp({
    sandbox: { ...sandbox, baseUrl: wire.url },
    tracing: createOtelTracing({ version: "0.0.0" }),
  });
  cleanUps.push(() => app.close());
  const client = await createAttackClient(app);
  const { access_token: token } = await client.obtain();
  // The first call asks for the location's time zone as well.
  await callTool(app, token, SEARCH);
  const callsSince = (count: number): readonly string[] =>
    wire
      .exchanges()
      .slice(count)
      .map(({ method, path, sent }) => {
        const [, parent = "none"] = /^traceparent\n(.*)$/imu.exec(sent) ?? [];
        const [, state = ""] = /^tracestate\n(.*)$/imu.exec(sent) ?? [];
        return `${method} ${path.split("?")[0] ?? ""} ${parent} ${state}`.trim();
      });
  return { app, sandbox, wire, token, callsSince };
};

const linesOf = (app: RunningApp, message: string): readonly Record<string, unknown>[] =>
  app.logLines
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((line) => line["message"] === message);

it("goes from the headers to GoHighLevel and into the log without an SDK", async () => {
  const { app, sandbox, wire, token, callsSince } = await start();
  sandbox.control.expireAccessTokens();
  const before = wire.exchanges().length;
  const headers = { traceparent: toParent(TRACE), tracestate: "vendor=opaque" };
  await callTool(app, token, SEARCH, { headers });
  const calls = callsSince(before);
  expect(calls).toEqual([
    `POST /contacts/search ${toParent(TRACE)} vendor=opaque`,
    `POST /oauth/token ${toParent(TRACE)} vendor=opaque`,
    `POST /contacts/search ${toParent(TRACE)} vendor=opaque`,
  ]);
  expect(linesOf(app, "tool called").at(-1)).toMatchObject({ traceId: TRACE });
  expect(linesOf(app, "called GoHighLevel").at(-1)).toMatchObject({ traceId: TRACE });
  await expect
    .poll(() => linesOf(app, "request").at(-1))
    .toMatchObject({ route: "/mcp", traceId: TRACE });
});

it("of _meta goes before that of the headers, since calls of many may share one connection", async () => {
  const { app, wire, token, callsSince } = await start();
  const before = wire.exchanges().length;
  const meta = { traceparent: toParent(OTHER) };
  await callTool(app, token, { ...SEARCH, _meta: meta } as typeof SEARCH, {
    headers: { traceparent: toParent(TRACE), tracestate: "vendor=opaque" },
  });
  expect(callsSince(before)).toEqual([`POST /contacts/search ${toParent(OTHER)}`]);
  expect(linesOf(app, "tool called").at(-1)).toMatchObject({ traceId: OTHER });
});

it("is not made up: a call without one, or with a broken one, goes out without", async () => {
  const { app, wire, token, callsSince } = await start();
  const before = wire.exchanges().length;
  await callTool(app, token, SEARCH);
  await callTool(app, token, SEARCH, { headers: { traceparent: "00-broken", tracestate: "a=b" } });
  expect(callsSince(before)).toEqual(["POST /contacts/search none", "POST /contacts/search none"]);
  expect(app.logLines.join("\n")).not.toContain("traceId");
});

it("of two calls at once stay apart", async () => {
  const { app, wire, token, callsSince } = await start();
  const before = wire.exchanges().length;
  const ids = Array.from({ length: 8 }, (_, index) => `${index + 1}`.padStart(32, "0"));
  await Promise.all(
    ids.map((id) => callTool(app, token, SEARCH, { headers: { traceparent: toParent(id) } })),
  );
  const seen = callsSince(before).map((call) => /(\w{32})/u.exec(call)?.[1]);
  expect(new Set(seen)).toEqual(new Set(ids));
  expect(seen).toHaveLength(ids.length);
});

interface Recorded {
  readonly name: string;
  readonly parentSpanId: string | undefined;
  readonly traceId: string;
  readonly spanId: string;
  readonly links: readonly string[];
  status?: SpanStatus["code"];
  isEnded: boolean;
}

/** A provider as an SDK registers one, which keeps the spans. */
const recordSpans = (): readonly Recorded[] => {
  const all: Recorded[] = [];
  const startSpan = (name: string, options: SpanOptions = {}, parent: Context = ROOT_CONTEXT) => {
    const above = trace.getSpanContext(parent);
    const recorded: Recorded = {
      name,
      parentSpanId: above?.spanId,
      traceId: above?.traceId ?? `${all.length + 1}`.padStart(32, "a"),
      spanId: `${all.length + 1}`.padStart(16, "b"),
      links: (options.links ?? []).map(({ context }) => context.traceId),
      isEnded: false,
    };
    all.push(recorded);
    const { traceId, spanId } = recorded;
    const span: Partial<Span> = {
      spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
      isRecording: () => true,
      setAttribute: () => span as Span,
      setAttributes: () => span as Span,
      setStatus: ({ code }) => {
        recorded.status = code;
        return span as Span;
      },
      end: () => {
        recorded.isEnded = true;
      },
    };
    return span as Span;
  };
  const tracer = {
    startSpan,
    startActiveSpan: () => {
      throw new Error("not used");
    },
  };
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  return all;
};

it("becomes spans where the operator registers an SDK: request, tool call, call, refresh", async () => {
  const { app, sandbox, wire, token, callsSince } = await start();
  const spans = recordSpans();
  sandbox.control.expireAccessTokens();
  const before = wire.exchanges().length;
  await callTool(app, token, SEARCH, { headers: { traceparent: toParent(TRACE) } });
  await expect.poll(() => spans.every(({ isEnded }) => isEnded)).toBe(true);
  const nameOf = (spanId: string | undefined) => spans.find((one) => one.spanId === spanId)?.name;
  expect(spans.map(({ name, parentSpanId }) => [name, nameOf(parentSpanId)])).toEqual([
    ["POST /mcp", undefined],
    ["tools/call search_contacts", "POST /mcp"],
    ["contacts.search-contacts-advanced", "tools/call search_contacts"],
    ["refresh tokens", "tools/call search_contacts"],
    ["contacts.search-contacts-advanced", "tools/call search_contacts"],
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  expect(spans.map(({ status }) => status === SpanStatusCode.ERROR)).toEqual([
    false,
    false,
    true,
    false,
    false,
  ]);
  // GoHighLevel's own spans would hang on the one that called it.
  const [, , first, refresh, second] = spans.map(({ spanId }) => spanId);
  expect(callsSince(before)).toEqual([
    `POST /contacts/search 00-${TRACE}-${first}-01`,
    `POST /oauth/token 00-${TRACE}-${refresh}-01`,
    `POST /contacts/search 00-${TRACE}-${second}-01`,
  ]);
});

it("of _meta hangs the tool call on its sender, and points to the request that carried it", async () => {
  const { app, token } = await start();
  const spans = recordSpans();
  const meta = { traceparent: toParent(OTHER) };
  await callTool(app, token, { ...SEARCH, _meta: meta } as typeof SEARCH, {
    headers: { traceparent: toParent(TRACE) },
  });
  const call = spans.find(({ name }) => name.startsWith("tools/call"));
  expect(call).toMatchObject({ traceId: OTHER, links: [TRACE] });
});
