import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listPaginations } from "../../../src/ghl/catalog/overlays/pagination.ts";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { createGhlClient } from "../../../src/library/api-client.ts";
import { findOperation } from "../../../src/ghl/catalog/index.ts";
import { ok } from "../../../src/core/result.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createScaledClock } from "../ghl/scaled-clock.ts";
import { sampleCall } from "../ghl/sample-call.ts";
import { signIn } from "./sign-in.ts";
let sandbox: RunningSandbox;
let client: any;
let here = "";
beforeAll(async () => {
  const clock = createScaledClock(Date.now(), 400);
  sandbox = await startSandbox({ clock });
  here = sandbox.locations[0]?.id ?? "";
  const tokens = {
    location: (await signIn(sandbox, here)).access_token,
    company: (await signIn(sandbox, "company")).access_token,
  };
  const source: any = {
    getToken: ({ tokenClass }: any) =>
      Promise.resolve(ok({ token: toSecret((tokens as any)[tokenClass]), kind: "oauth" })),
  };
  client = createGhlClient({ apiBaseUrl: sandbox.baseUrl, clock, auth: { tokens: source } });
});
afterAll(() => sandbox.close());
describe("listing", () => {
  it("walk", async () => {
    const out: string[] = [];
    for (const [id, p] of listPaginations()) {
      const op = findOperation(id)!;
      const { parameters, body } = sampleCall(op, {
        values: {
          companyId: sandbox.companyId,
          appId: sandbox.appId,
          locationId: here,
          altId: here,
          altType: "location",
        },
      });
      const ids: any[] = [];
      let err = "";
      for await (const item of client.paginate(
        id,
        { parameters, body, locationId: here, deadlineMs: 3_600_000 },
        { pageSize: 5, maxRecords: 500 },
      )) {
        if (!item.ok) {
          err = JSON.stringify(item.failure).slice(0, 200);
          break;
        }
        const r = item.value.record as any;
        ids.push(r.id ?? r._id ?? JSON.stringify(r));
      }
      out.push(`${id} ${p.style} ${ids.length} ${new Set(ids).size} ${err}`);
    }
    console.log(out.join("\n"));
  }, 60000);
});
