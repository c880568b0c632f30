import { describe, expect, it } from "vitest";

import { findOperation, listOperations } from "../../../src/ghl/catalog/index.ts";
import { buildRequest } from "../../../src/ghl/request.ts";
import { API, HERE } from "./build-call.ts";
import { sampleCall } from "./sample-call.ts";

describe("every operation of the catalogue", () => {
  const ids = listOperations().map(({ id }) => id);
  const samples = ids.flatMap((id) => {
    const operation = findOperation(id);
    return operation === undefined ? [] : [operation];
  });

  it("can be built with its required arguments, and with all of them", () => {
    expect(samples).toHaveLength(663);
    for (const operation of samples) {
      for (const everything of [false, true]) {
        const result = buildRequest(
          operation,
          { ...sampleCall(operation, { everything }), locationId: HERE },
          API,
        );
        if (!result.ok) throw new Error(`${operation.id}: ${JSON.stringify(result.failure)}`);
        const url = new URL(result.value.url);
        expect(url.origin).toBe(API);
        expect(url.pathname).not.toMatch(/[{}]|%7B/u);
        expect(url.pathname.split("/")).toHaveLength(operation.path.split("/").length);
        expect(result.value).toMatchObject({
          method: operation.method,
          headers: { version: operation.version },
        });
      }
    }
  });

  it("takes the location in every one of its placements", () => {
    for (const operation of samples) {
      const result = buildRequest(operation, { ...sampleCall(operation), locationId: HERE }, API);
      if (!result.ok) throw new Error(operation.id);
      const url = new URL(result.value.url);
      const body =
        typeof result.value.body === "string" &&
        result.value.headers["content-type"] === "application/json"
          ? (JSON.parse(result.value.body) as Record<string, unknown>)
          : Object.fromEntries(
              result.value.body instanceof FormData
                ? result.value.body
                : new URLSearchParams(result.value.body),
            );
      const found = {
        "path:locationId": url.pathname.split("/").includes(HERE),
        "query:locationId": url.searchParams.get("locationId") === HERE,
        "query:location_id": url.searchParams.get("location_id") === HERE,
        "query:altId": url.searchParams.get("altId") === HERE,
        "query:altId+altType":
          url.searchParams.get("altId") === HERE && url.searchParams.get("altType") === "location",
        "body:locationId": body["locationId"] === HERE,
        "body:altId": body["altId"] === HERE,
        "body:altId+altType": body["altId"] === HERE && body["altType"] === "location",
      };
      for (const placement of operation.location) {
        expect([operation.id, placement, found[placement]]).toEqual([
          operation.id,
          placement,
          true,
        ]);
      }
    }
  });

  it("names what is missing when it is called with nothing", () => {
    let refused = 0;
    for (const operation of samples) {
      const result = buildRequest(operation, { locationId: HERE }, API);
      const needs = sampleCall(operation);
      const names = [
        ...Object.keys(needs.parameters),
        ...(Array.isArray(needs.body) ? ["body"] : Object.keys(needs.body ?? {})),
      ];
      expect([operation.id, result.ok]).toEqual([operation.id, names.length === 0]);
      if (result.ok) continue;
      refused += 1;
      expect(result.failure).toMatchObject({
        kind: "invalid_parameter",
        parameter: expect.toBeOneOf(names) as unknown,
      });
    }
    expect(refused).toBeGreaterThan(300);
  });

  it("of the class location is never built without one", () => {
    for (const operation of samples.filter((one) => one.tokenClass === "location")) {
      const result = buildRequest(operation, sampleCall(operation), API);
      expect([operation.id, result]).toEqual([
        operation.id,
        { ok: false, failure: { kind: "location_required" } },
      ]);
    }
  });
});
