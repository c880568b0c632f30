import { describe, expect, it } from "vitest";
import { ok } from "../../../src/core/result.ts";
import { toPublicText, toWire } from "../../../src/oauth/errors.ts";
import type { OAuthFailure } from "../../../src/oauth/failure.ts";
import { toResourceMetadata } from "../../../src/oauth/metadata.ts";
import { createHarness } from "./support.ts";

describe("the metadata documents", () => {
  it("M05: the server document lists what works, and nothing else", () => {
    const { server } = createHarness();
    const authMethods = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];
    const algorithms = ["ES256", "EdDSA", "RS256", "PS256"];
    expect(server.metadata).toEqual({
      issuer: "https://ghl.example",
      authorization_endpoint: "https://ghl.example/oauth/authorize",
      token_endpoint: "https://ghl.example/oauth/token",
      registration_endpoint: "https://ghl.example/oauth/register",
      revocation_endpoint: "https://ghl.example/oauth/revoke",
      introspection_endpoint: "https://ghl.example/oauth/introspect",
      scopes_supported: expect.arrayContaining([
        "read",
        "write",
        "critical",
        "area:contacts",
        "offline_access",
      ]),
      response_types_supported: ["code"],
      response_modes_supported: ["query"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      token_endpoint_auth_methods_supported: authMethods,
      token_endpoint_auth_signing_alg_values_supported: algorithms,
      revocation_endpoint_auth_methods_supported: authMethods,
      revocation_endpoint_auth_signing_alg_values_supported: algorithms,
      introspection_endpoint_auth_methods_supported: authMethods,
      introspection_endpoint_auth_signing_alg_values_supported: algorithms,
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    });
  });

  it("M05: says that it reads metadata documents once a source does", () => {
    const source = {
      kind: "metadata_document",
      find: async () => ok(undefined),
    } as const;
    const { server } = createHarness({ sources: [source] });
    expect(server.metadata["client_id_metadata_document_supported"]).toBe(true);
  });

  it("R1, R4: the resource document names the endpoint and never offline_access", () => {
    const { server } = createHarness();
    expect(server.resourceMetadata).toMatchObject({
      resource: "https://ghl.example/mcp",
      authorization_servers: ["https://ghl.example"],
      bearer_methods_supported: ["header"],
    });
    expect(server.resourceMetadata["scopes_supported"]).toEqual(["read", "write"]);
    expect(toResourceMetadata("https://ghl.example", "/sse")["resource"]).toBe(
      "https://ghl.example/sse",
    );
  });
});

describe("errors on the wire", () => {
  const failures: readonly [OAuthFailure, number, string][] = [
    [{ kind: "parameter", parameter: "code", problem: "missing" }, 400, "invalid_request"],
    [{ kind: "unknown_client", at: "authorize" }, 400, "invalid_client"],
    [{ kind: "unknown_client", at: "endpoint" }, 401, "invalid_client"],
    [{ kind: "client_authentication", basic: false, problem: "missing" }, 401, "invalid_client"],
    [{ kind: "several_authentications" }, 401, "invalid_client"],
    [{ kind: "redirect_uri_not_registered" }, 400, "invalid_request"],
    [{ kind: "unsupported_response_type" }, 400, "unsupported_response_type"],
    [{ kind: "request_not_supported" }, 400, "request_not_supported"],
    [{ kind: "request_uri_not_supported" }, 400, "request_uri_not_supported"],
    [{ kind: "invalid_target" }, 400, "invalid_target"],
    [{ kind: "invalid_scope" }, 400, "invalid_scope"],
    [{ kind: "login_required" }, 400, "login_required"],
    [{ kind: "unsupported_grant_type" }, 400, "unsupported_grant_type"],
    [{ kind: "invalid_grant", reason: "unknown" }, 400, "invalid_grant"],
    [{ kind: "invalid_redirect_uri", problem: "cleartext", index: 0 }, 400, "invalid_redirect_uri"],
    [{ kind: "invalid_client_metadata", field: "client_name" }, 400, "invalid_client_metadata"],
    [{ kind: "registration_off" }, 403, "access_denied"],
    [{ kind: "registration_token", presented: true }, 401, "invalid_token"],
    [{ kind: "client_document", problem: "url" }, 400, "invalid_client"],
    [
      { kind: "client_document_unavailable", retryAfterSeconds: 30 },
      503,
      "temporarily_unavailable",
    ],
    [{ kind: "client_document_budget", retryAfterSeconds: 60 }, 429, "temporarily_unavailable"],
    [{ kind: "transaction", reason: "gone" }, 400, "invalid_request"],
    [{ kind: "transaction", reason: "already_decided" }, 409, "invalid_request"],
  ];

  it.each(failures)("%j is %d %s, uncached, with a text for a person", (failure, status, error) => {
    const wire = toWire(failure);
    expect(wire).toMatchObject({
      status,
      body: { error },
      headers: { "Cache-Control": "no-store" },
    });
    // RFC 6749 §5.2: the characters that a description may have.
    expect(wire.body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(toPublicText(failure).title).not.toBe("");
    expect(toPublicText(failure).text).not.toBe("");
  });

  it("D05: says when to come back", () => {
    expect(toWire({ kind: "client_document_budget", retryAfterSeconds: 60 }).headers).toMatchObject(
      {
        "Retry-After": "60",
      },
    );
  });

  it("says the same for every invalid grant", () => {
    const texts = (["unknown", "code_replayed", "other_client", "verifier_mismatch"] as const).map(
      (reason) => JSON.stringify(toWire({ kind: "invalid_grant", reason })),
    );
    expect(new Set(texts).size).toBe(1);
  });
});
