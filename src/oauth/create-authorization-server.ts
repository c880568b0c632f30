import type { AuthorizationServer } from "./authorization-server.ts";
import { approve, complete, refuse } from "./authorize/consent.ts";
import { toErrorRedirect } from "./authorize/respond.ts";
import { runSteps, type StepFailure } from "./authorize/steps.ts";
import { createTransactions, startTransaction, toPending } from "./authorize/transaction.ts";
import { authenticateBearer } from "./bearer.ts";
import { toChallenge } from "./challenge.ts";
import { registerClient } from "./clients/register.ts";
import { createRegisteredClients } from "./clients/registered.ts";
import { createClientRegistry } from "./clients/registry.ts";
import { toWire } from "./errors.ts";
import { createGrants } from "./grants.ts";
import { toResource, toResourceMetadata, toServerMetadata } from "./metadata.ts";
import type { AuthorizationServerDeps } from "./settings.ts";
import { createAccessTokens } from "./token/access-tokens.ts";
import { createAuthorizationCodes } from "./token/codes.ts";
import { answerTokenRequest } from "./token/endpoint.ts";
import type { GrantTypeDeps } from "./token/grant-type.ts";
import { introspectToken } from "./token/introspect.ts";
import { createRefreshTokens } from "./token/refresh-tokens.ts";
import { revokeToken } from "./token/revoke.ts";

/** Builds the authorization server over a record store. It keeps no state of its own. */
export const createAuthorizationServer = (deps: AuthorizationServerDeps): AuthorizationServer => {
  const { settings, clock } = deps;
  const { issuer } = settings;
  const tables = openTables(deps);
  const consent = { issuer, ...tables };
  const resource = toResource(issuer);

  const toOutcome = (
    failed: StepFailure,
  ): Awaited<ReturnType<AuthorizationServer["authorize"]>> => {
    if (failed.tell === "page") return { kind: "page", failure: failed.failure };
    const { error, error_description: description } = toWire(failed.failure).body;
    return {
      kind: "redirect",
      location: toErrorRedirect({ ...failed, issuer }, error, description),
    };
  };

  return {
    metadata: toServerMetadata({
      issuer,
      clientIdMetadataDocuments: (deps.clientSources ?? []).some(
        (source) => source.kind === "metadata_document",
      ),
    }),
    resourceMetadata: toResourceMetadata(issuer),
    register: (body) => registerClient(tables.registered, body),
    authorize: async (parameters) => {
      const request = await runSteps({ clients: tables.clients, issuer }, parameters);
      if (!request.ok) return toOutcome(request.failure);
      const transactionId = await startTransaction({ ...deps, ...tables }, request.value);
      return { kind: "consent", transactionId };
    },
    findAuthorization: async (id) => {
      const found = await tables.transactions.find(id);
      return found && toPending(id, found.value);
    },
    approve: (id, decision) => approve(consent, id, decision),
    refuse: (id, error, description) => refuse(consent, id, { error, description }),
    complete: (id, authorized) => complete(consent, id, authorized),
    token: (request) => answerTokenRequest(tables, request),
    revoke: (request) => revokeToken(tables, request),
    introspect: (request) => introspectToken(tables, request),
    authenticate: (authorization) =>
      authenticateBearer({ ...tables, resource, clock }, authorization),
    challenge: (failure, path) => toChallenge(failure, issuer, path),
    listGrants: (connectionId) => tables.grants.listByConnection(connectionId),
    revokeGrant: (grantId) => tables.grants.revoke(grantId),
  };
};

const openTables = (
  deps: AuthorizationServerDeps,
): GrantTypeDeps & { readonly transactions: ReturnType<typeof createTransactions> } => {
  const { settings } = deps;
  const registered = createRegisteredClients({
    ...deps,
    refreshTokenTtlSeconds: settings.refreshTokenTtlSeconds,
  });
  return {
    settings,
    random: deps.random,
    clock: deps.clock,
    log: deps.log,
    clients: createClientRegistry([...(deps.clientSources ?? []), registered]),
    registered,
    transactions: createTransactions(deps.store),
    grants: createGrants(deps),
    codes: createAuthorizationCodes(deps),
    accessTokens: createAccessTokens(deps),
    refreshTokens: createRefreshTokens(deps),
  };
};
