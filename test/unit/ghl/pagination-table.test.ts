import { describe, expect, it } from "vitest";

import { findOperation, listOperations } from "../../../src/ghl/catalog/index.ts";
import { listPaginations } from "../../../src/ghl/catalog/overlays/pagination.ts";
import { firstPosition } from "../../../src/ghl/page-steps.ts";
import { buildRequest } from "../../../src/ghl/request.ts";
import { API, HERE } from "./build-call.ts";
import { sampleCall } from "./sample-call.ts";

/** Names that only listings have. */
const PAGING =
  /^(?:skip|offset|cursor|startAfter|startAfterDate|lastMessageId|searchAfter|pageToken)$/u;

describe("the table of listings", () => {
  it("has every reading operation with a parameter of paging", () => {
    const listed = new Set(listPaginations().map(([id]) => id));
    const missing = listOperations().filter(({ id, class: level }) => {
      const operation = findOperation(id);
      const names = [
        ...(operation?.parameters.map(({ name }) => name) ?? []),
        ...Object.keys(operation?.body?.fields ?? {}),
      ];
      return level === "read" && names.some((name) => PAGING.test(name)) && !listed.has(id);
    });
    expect(missing).toEqual([]);
    expect(listed.size).toBe(94);
  });

  it("asks for a first page with names and values that the operation takes", () => {
    for (const [id, pagination] of listPaginations()) {
      const operation = findOperation(id);
      if (operation === undefined) throw new Error(`no operation "${id}"`);
      expect([id, operation.class]).toEqual([id, "read"]);
      const { parameters, body } = sampleCall(operation);
      const { cursor } = firstPosition(operation, pagination, undefined);
      const result = buildRequest(
        operation,
        pagination.in === "query"
          ? { parameters: { ...parameters, ...cursor }, body, locationId: HERE }
          : { parameters, body: { ...(body as object), ...cursor }, locationId: HERE },
        API,
      );
      expect([id, result.ok || result.failure]).toEqual([id, true]);
    }
  });
});
