import { describe, expect, it } from "vitest";

import { classifyGhlFailure } from "../../../src/ghl/classify-failure.ts";
import type { GhlFailure } from "../../../src/ghl/errors.ts";
import { readAnswer } from "../../../src/ghl/read-answer.ts";

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

const classify = (
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): GhlFailure =>
  classifyGhlFailure(
    status,
    { ...JSON_TYPE, ...headers },
    typeof body === "string" ? body : JSON.stringify(body),
  );

const dated = (statusCode: number, message: unknown): object => ({
  statusCode,
  message,
  error: "Some Error",
  traceId: "t-1",
});

const v3 = (message: string): object => ({
  error: { code: "SOME_CODE", message, details: [], resolution: "do something" },
});

describe("the kind of a refusal", () => {
  it.each<[number, string, GhlFailure["kind"]]>([
    [401, "Invalid JWT", "token_rejected"],
    [401, "Invalid Private Integration token", "token_rejected"],
    [401, "JWT expired", "token_rejected"],
    [401, "Invalid token: access token is invalid", "token_rejected"],
    [401, "The access token has expired", "token_rejected"],
    [401, "version header was not found.", "version_rejected"],
    [401, "version header is invalid", "version_rejected"],
    [400, "This endpoint was removed in version v3", "version_rejected"],
    [401, "The token is not authorized for this scope.", "missing_scope"],
    [403, "The token is not authorized for this scope.", "missing_scope"],
    [
      401,
      "This authClass type is not allowed to access this scope. Please use a different one.",
      "wrong_token_class",
    ],
    [401, "Token's user type mismatch!", "wrong_token_class"],
    [
      401,
      "This route is not yet supported by the IAM Service. Please update your IAM config.",
      "route_unsupported",
    ],
    [
      403,
      "This route is not yet supported by the IAM Service. Please update your IAM config.",
      "route_unsupported",
    ],
    [403, "The token does not have access to this location.", "location_forbidden"],
    [400, "This location does not allow duplicated contacts.", "duplicate_contact"],
    [404, "Contact not found", "not_found"],
    [429, "Too many requests", "rate_limited"],
    [500, "Internal server error", "upstream_error"],
    [503, "Service unavailable", "upstream_error"],
    [400, "limit must be a number", "bad_request"],
    [409, "Conflict", "bad_request"],
  ])("of %i %j is %s, in the dated and in the v3 form", (status, message, kind) => {
    expect(classify(status, dated(status, message)).kind).toBe(kind);
    expect(classify(status, v3(message)).kind).toBe(kind);
  });

  it.each<[string, number, string]>([
    ["an unknown sentence", 401, '{"message":"Authorization code not found"}'],
    ["an empty body", 401, ""],
    ["a list", 401, "[]"],
    ["null", 401, "null"],
    ["a forbidden call without a known sentence", 403, '{"message":"Forbidden resource"}'],
  ])("never calls a token invalid over %s", (_what, status, body) => {
    expect(classify(status, body)).toMatchObject({ kind: "bad_request", status });
  });

  it("does not believe a sentence under a status that it does not belong to", () => {
    expect(classify(400, dated(400, "Invalid JWT")).kind).toBe("bad_request");
    expect(classify(500, dated(500, "Invalid JWT")).kind).toBe("upstream_error");
    expect(classify(404, dated(404, "version header is invalid")).kind).toBe("not_found");
  });

  it("is not decided by what a person wrote into a record that is echoed back", () => {
    const echoed = { ...dated(401, "Unauthorized"), record: { note: "Invalid JWT" } };
    expect(classify(401, echoed).kind).toBe("bad_request");
    expect(classify(401, { record: { note: "Invalid JWT" } }).kind).toBe("bad_request");
    expect(classify(401, "Invalid JWT").kind).toBe("token_rejected");
  });

  it.each([403, 401, 400, 409])("of an HTML page under %i is blocked", (status) => {
    const page = "<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title></html>";
    expect(classifyGhlFailure(status, { "content-type": "text/html" }, page)).toEqual({
      kind: "blocked",
      status,
    });
    expect(classifyGhlFailure(status, {}, page)).toEqual({ kind: "blocked", status });
  });

  it("of HTML or nothing under other statuses is that of the status", () => {
    const html = { "content-type": "text/html" };
    expect(classifyGhlFailure(502, html, "<html></html>")).toEqual({
      kind: "upstream_error",
      status: 502,
    });
    expect(classifyGhlFailure(404, html, "<html></html>")).toEqual({ kind: "not_found" });
    expect(classifyGhlFailure(429, html, "")).toEqual({ kind: "rate_limited" });
    expect(classifyGhlFailure(302, { location: "https://evil.example" }, "")).toEqual({
      kind: "malformed_answer",
      status: 302,
    });
  });
});

describe("the evidence of a refusal", () => {
  it("is the list of validation messages", () => {
    const messages = ["property x should not exist", "limit must be a number"];
    expect(classify(422, dated(422, messages))).toEqual({
      kind: "bad_request",
      status: 422,
      messages,
    });
  });

  it("is message and details of the v3 envelope", () => {
    const error = {
      code: "INVALID_ARGUMENT",
      message: "Invalid request",
      details: [{ field: "email", message: "is not an email" }, "second", 7],
    };
    expect(classify(400, { error })).toEqual({
      kind: "bad_request",
      status: 400,
      messages: ["Invalid request", "email: is not an email", "second"],
    });
  });

  it("is what the details of the v3 envelope list as errors", () => {
    const details = { errors: ["property colour should not exist"], traceId: "t" };
    const body = JSON.stringify({ error: { code: "X", message: "Unprocessable Entity", details } });
    expect(classifyGhlFailure(422, {}, body)).toEqual({
      kind: "bad_request",
      status: 422,
      messages: ["Unprocessable Entity", "property colour should not exist"],
    });
  });

  it("is the word of the error where there is no message", () => {
    expect(classify(400, { error: "Bad Request" })).toMatchObject({ messages: ["Bad Request"] });
    expect(classify(400, { message: { deep: true } })).toMatchObject({ messages: [] });
  });

  it("is short, of one line, and without anything invisible", () => {
    const failure = classify(400, {
      message: Array.from(
        { length: 50 },
        () => `a\u0000b\r\nc\u202Ed\u2028e\u200B${"x".repeat(5000)}`,
      ),
    });
    if (failure.kind !== "bad_request") throw new Error(failure.kind);
    expect(failure.messages).toHaveLength(10);
    for (const message of failure.messages) {
      expect(message.length).toBeLessThanOrEqual(300);
      expect(message).toMatch(/^a b c d e x+…$/u);
    }
  });

  it("is the contact that a duplicate collides with", () => {
    const meta = { contactId: "c-9", contactName: "Ada Example", matchingField: "email" };
    const body = { ...dated(400, "This location does not allow duplicated contacts."), meta };
    expect(classify(400, body)).toEqual({
      kind: "duplicate_contact",
      contactId: "c-9",
      matchingField: "email",
    });
    expect(
      classify(400, {
        error: { message: "This location does not allow duplicated contacts.", details: meta },
      }),
    ).toMatchObject({ contactId: "c-9" });
    expect(
      classify(400, {
        message: "This location does not allow duplicated contacts.",
        meta: { contactId: "<script>", matchingField: 7 },
      }),
    ).toEqual({ kind: "duplicate_contact" });
  });

  it.each([
    [{ "retry-after": "4" }, 4000],
    [{ "retry-after": "999999999" }, 86_400_000],
    [{ "x-ratelimit-interval-milliseconds": "10000" }, 10_000],
    [{ "retry-after": "2", "x-ratelimit-interval-milliseconds": "10000" }, 2000],
    [{ "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, undefined],
    [{ "retry-after": "-1" }, undefined],
    [{}, undefined],
  ])("is how long to wait, from %j", (headers, retryAfterMs) => {
    expect(classify(429, {}, headers as Record<string, string>)).toEqual(
      retryAfterMs === undefined
        ? { kind: "rate_limited" }
        : { kind: "rate_limited", retryAfterMs },
    );
  });
});

describe("an answer", () => {
  const read = (status: number, body: string, type = "application/json"): unknown =>
    readAnswer({ status, headers: { "content-type": type }, body });

  it("is parsed JSON, text, or nothing", async () => {
    expect(await read(201, '{"a":1}')).toEqual({
      ok: true,
      value: { status: 201, body: { a: 1 } },
    });
    expect(await read(204, "")).toEqual({ ok: true, value: { status: 204, body: undefined } });
    expect(await read(200, "Speaker 1: hi", "text/plain")).toEqual({
      ok: true,
      value: { status: 200, body: "Speaker 1: hi" },
    });
  });

  it.each([
    ["<html>login</html>", "text/html; charset=utf-8"],
    ['{"contacts":[', "application/json"],
    ["ÿÿ", "audio/x-wav"],
  ])("that is %j under %s is malformed, not a success", async (body, type) => {
    expect(await read(200, body, type)).toEqual({
      ok: false,
      failure: { kind: "malformed_answer", status: 200 },
    });
  });
});
