import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AttackClient,
  createAttackClient,
  sendForm,
  toTokens,
} from "../support/attack-client.ts";
import { countRows } from "../support/attack-store.ts";
import { sendRaw } from "../support/attack-wire.ts";
import { createBrowser } from "../support/browser.ts";
import { runCli } from "../support/cli-process.ts";
import { findFreePort } from "../support/free-port.ts";
import { type MetadataHost, startMetadataHost } from "../support/metadata-host.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

let running: RunningApp;
let host: MetadataHost;
let client: AttackClient;

beforeAll(async () => {
  host = await startMetadataHost(["client.example"]);
  running = await startApp({ clientDocuments: host.settings });
  client = await createAttackClient(running);
});
afterAll(async () => {
  await running.close();
  await host.close();
});

const CALLBACK = "http://127.0.0.1:46001/callback";
const AS_METADATA = "/.well-known/oauth-authorization-server";
const RESOURCE_METADATA = "/.well-known/oauth-protected-resource";

const readJson = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
  (await (await fetch(running.publicUrl + path)).json()) as Readonly<Record<string, unknown>>;

/** Every URL anywhere in a text. */
const findOrigins = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/https?:\/\/[^/"\s\\]+/g)].map(([origin]) => origin)),
];

const FORWARDED = {
  "x-forwarded-host": "evil2.example",
  "x-forwarded-proto": "http",
  "x-forwarded-port": "1",
  forwarded: "host=evil3.example;proto=http",
  "x-original-host": "evil4.example",
  "x-rewrite-url": "/evil",
};

describe("the origin of documents", () => {
  const documents = [
    ["M01", AS_METADATA],
    ["M01", `${AS_METADATA}/mcp`],
    ["M01", "/.well-known/openid-configuration"],
    ["M02", RESOURCE_METADATA],
    ["M02", `${RESOURCE_METADATA}/mcp`],
  ] as const;

  it.each(documents)(
    "%s: %s answers another Host with 421 and none of our URLs",
    async (_id, path) => {
      for (const name of [
        "evil.example",
        `evil.example:${running.config.port}`,
        "localhost.evil.example",
        "",
      ]) {
        const answer = await sendRaw(running.config.port, {
          path,
          headers: { host: name, ...FORWARDED },
        });
        expect([400, 421]).toContain(answer.status);
        expect(answer.body).not.toMatch(/evil|_endpoint|resource/);
      }
    },
  );

  it.each(documents)(
    "%s: %s keeps the configured origin whatever is forwarded",
    async (_id, path) => {
      const plain = await sendRaw(running.config.port, { path });
      const forwarded = await sendRaw(running.config.port, { path, headers: FORWARDED });
      expect(forwarded.status).toBe(200);
      expect(forwarded.body).toBe(plain.body);
      expect(findOrigins(forwarded.body)).toEqual([running.publicUrl]);
    },
  );

  it("M02: the challenge names the configured origin only", async () => {
    for (const headers of [FORWARDED, { ...FORWARDED, host: `127.0.0.1:${running.config.port}` }]) {
      const answer = await sendRaw(running.config.port, { method: "POST", path: "/mcp", headers });
      expect(answer.status).toBe(401);
      const challenge = answer.headers["www-authenticate"] ?? "";
      expect(findOrigins(challenge)).toEqual([running.publicUrl]);
      expect(challenge).toContain(
        `resource_metadata="${running.publicUrl}${RESOURCE_METADATA}/mcp"`,
      );
    }
  });

  it("M01: an absolute request target names no host either", async () => {
    const answer = await sendRaw(running.config.port, {
      path: `http://evil.example${AS_METADATA}`,
    });
    expect(answer.status).toBe(400);
    expect(answer.body).not.toContain("evil");
  });
});

describe("the issuer", () => {
  const openIssuer = async (): Promise<string> => String((await readJson(AS_METADATA))["issuer"]);

  it("M03: is the same string in the metadata, and as iss on success, denial and error", async () => {
    const issuer = await openIssuer();
    expect(issuer).toBe(running.publicUrl);
    expect((await readJson(RESOURCE_METADATA))["authorization_servers"]).toEqual([issuer]);

    const { callback } = await client.authorize();
    expect(callback.searchParams.getAll("iss")).toEqual([issuer]);

    const denied = await deny(client);
    expect(denied.searchParams.get("error")).toBe("access_denied");
    expect(denied.searchParams.getAll("iss")).toEqual([issuer]);
    expect(denied.searchParams.getAll("state")).toEqual(["af0ifjsldkj"]);

    const failed = await openAndStop(client, { response_type: "token" });
    expect(failed.searchParams.get("error")).toBe("unsupported_response_type");
    expect(failed.searchParams.getAll("iss")).toEqual([issuer]);
  });

  it("M03: comes exactly once though the redirect URI was registered with an iss of its own", async () => {
    const tricky = await createAttackClient(running, {
      redirect_uris: [
        "http://127.0.0.1:46001/callback?iss=https%3A%2F%2Fevil.example&keep=1&code=mine&%69ss=x",
      ],
    });
    const issuer = await openIssuer();
    const callback = await signIn(tricky.request().url, { redirectUri: CALLBACK });
    const denied = await deny(tricky);
    const failed = await openAndStop(tricky, { response_type: "token" });
    for (const arrived of [callback, denied, failed]) {
      expect(arrived.searchParams.getAll("iss")).toEqual([issuer]);
      expect(arrived.searchParams.get("keep")).toBe("1");
      expect(arrived.searchParams.getAll("code").includes("mine")).toBe(false);
    }
  });
});

describe("where documents are", () => {
  it.each([
    AS_METADATA,
    `${AS_METADATA}/mcp`,
    "/.well-known/openid-configuration",
    `${RESOURCE_METADATA}`,
    `${RESOURCE_METADATA}/mcp`,
  ])("M04: %s is JSON for every origin", async (path) => {
    const answer = await fetch(running.publicUrl + path, {
      headers: { origin: "https://any.example", accept: "text/html" },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    expect(typeof (await answer.json())).toBe("object");
  });

  it.each([
    `${AS_METADATA}/other`,
    `${RESOURCE_METADATA}/other`,
    `${RESOURCE_METADATA}/mcp/`,
    "/.well-known/anything",
    "/.well-known/",
  ])("M04: %s is a 404 in JSON, also for a browser", async (path) => {
    const answer = await fetch(running.publicUrl + path, { headers: { accept: "text/html" } });
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await answer.json()).toHaveProperty("error");
  });
});

describe("what is advertised works", () => {
  it("M05: advertises S256 alone, and the code flow alone", async () => {
    const metadata = await readJson(AS_METADATA);
    expect(metadata).toMatchObject({
      code_challenge_methods_supported: ["S256"],
      response_types_supported: ["code"],
      response_modes_supported: ["query"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      client_id_metadata_document_supported: true,
      authorization_response_iss_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    });
  });

  it("M05: names only endpoints that answer", async () => {
    const metadata = await readJson(AS_METADATA);
    const endpoints = Object.entries(metadata).filter(([name]) => name.endsWith("_endpoint"));
    expect(endpoints.map(([name]) => name).toSorted()).toEqual([
      "authorization_endpoint",
      "introspection_endpoint",
      "registration_endpoint",
      "revocation_endpoint",
      "token_endpoint",
    ]);
    for (const [name, url] of endpoints) {
      const answer = await fetch(String(url), { method: "POST", redirect: "manual" });
      expect(answer.status === 400 || answer.status === 401 ? "answers" : name).toBe("answers");
    }
  });

  it("M05: each client authentication method that it names gets a client through", async () => {
    const metadata = await readJson(AS_METADATA);
    const named = metadata["token_endpoint_auth_methods_supported"] as readonly string[];
    expect(named).toEqual(
      expect.arrayContaining(["none", "client_secret_basic", "client_secret_post"]),
    );
    // private_key_jwt has cases of its own: C18 and I07.
    for (const method of named.filter((one) => one !== "private_key_jwt")) {
      const one = await createAttackClient(running, { token_endpoint_auth_method: method });
      expect(one.registration.token_endpoint_auth_method).toBe(method);
      const authorized = await one.authorize();
      const basic = `${one.clientId}:${one.registration.client_secret ?? ""}`;
      const answer =
        method === "client_secret_basic"
          ? await sendForm(
              running,
              "/oauth/token",
              {
                grant_type: "authorization_code",
                code: authorized.code,
                code_verifier: authorized.verifier,
              },
              { authorization: `Basic ${Buffer.from(basic).toString("base64")}` },
            )
          : await one.redeem(authorized);
      const tokens = toTokens(answer);
      toTokens(await one.refresh(tokens.refresh_token));
    }
  });

  it("M05: takes a client by its metadata document", async () => {
    const clientId = "https://client.example/c.json";
    host.serveJson("client.example", "/c.json", {
      client_id: clientId,
      client_name: "Documented",
      redirect_uris: ["http://127.0.0.1:46001/callback"],
    });
    const page = await createBrowser().get(client.request({ client_id: clientId }).url);
    expect(page.status).toBe(200);
    expect(page.body).toContain("client.example");
    expect(host.requests()).toContain("client.example /c.json");
  });
});

describe("starting", () => {
  it.each(["http://mcp.example.com", "http://192.168.1.5:8080", "http://localhost.example.com"])(
    "M06: refuses to start for people at %s, and leaves no file",
    async (publicUrl) => {
      const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-m06-"));
      const port = await findFreePort();
      try {
        const result = await runCli(["serve"], {
          cwd: folder,
          env: {
            PUBLIC_URL: publicUrl,
            PORT: String(port),
            GHL_CLIENT_ID: "0123456789abcdef01234567-abcdefgh",
            GHL_CLIENT_SECRET: "0123456789abcdef-secret",
            STORAGE_URL: "sqlite:./data/test.db",
          },
        });
        expect(result.exitCode).not.toBe(0);
        expect(result.stderr).toMatch(/PUBLIC_URL/);
        expect(result.stderr).toMatch(/https/);
        expect(existsSync(join(folder, "data"))).toBe(false);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe("methods and other origins", () => {
  it.each(["/oauth/token", "/oauth/register", "/oauth/revoke", "/oauth/introspect"])(
    "M08: %s takes POST alone, says so, and processes nothing",
    async (path) => {
      const before = countRows(running.databasePath);
      const body = JSON.stringify({ redirect_uris: ["http://127.0.0.1:9/never"] });
      for (const method of ["TRACE", "PUT", "DELETE", "GET", "PATCH"]) {
        const answer = await sendRaw(running.config.port, {
          method,
          path,
          headers: { "content-type": "application/json", cookie: "echo=me" },
          ...(method === "TRACE" ? {} : { body }),
        });
        expect([method, answer.status, answer.headers["allow"]]).toEqual([method, 405, "POST"]);
        expect(answer.body).not.toContain("echo=me");
      }
      expect(countRows(running.databasePath)).toBe(before);
    },
  );

  it.each(["/oauth/authorize", "/oauth/consent", "/oauth/callback", "/"])(
    "M09: %s is for navigation: no page of another origin may read it",
    async (path) => {
      for (const method of ["OPTIONS", "GET", "POST"]) {
        const answer = await sendRaw(running.config.port, {
          method,
          path,
          headers: {
            origin: "https://evil.example",
            "access-control-request-method": "GET",
            "access-control-request-headers": "authorization",
          },
        });
        const cors = Object.keys(answer.headers).filter((name) =>
          name.startsWith("access-control"),
        );
        expect([method, cors]).toEqual([method, []]);
      }
    },
  );
});

async function openAndStop(
  one: AttackClient,
  changes: Readonly<Record<string, string>>,
): Promise<URL> {
  const page = await createBrowser().get(one.request(changes).url, { stop: isCallback });
  if (page.stoppedAt === undefined) throw new Error(`no redirect: ${page.status} ${page.body}`);
  return page.stoppedAt;
}

async function deny(one: AttackClient): Promise<URL> {
  const browser = createBrowser();
  const consent = await browser.get(one.request().url);
  const done = await browser.submitForm(consent, { button: "deny", stop: isCallback });
  if (done.stoppedAt === undefined) throw new Error(`no redirect: ${done.status} ${done.body}`);
  return done.stoppedAt;
}

function isCallback(url: URL): boolean {
  return url.href.startsWith(CALLBACK);
}
