import { toClientId } from "../core/ids.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import { approve, complete, refuse } from "./authorize/consent.ts";
import { findEarlierApproval } from "./authorize/earlier-approval.ts";
import { toErrorRedirect } from "./authorize/respond.ts";
import { runSteps, type StepFailure } from "./authorize/steps.ts";
import { createTransactions, startTransaction, toPending } from "./authorize/transaction.ts";
import { authenticateBearer, mayContinue } from "./bearer.ts";
import { createBearerRecall } from "./bearer-recall.ts";
import { toChallenge } from "./challenge.ts";
import { createClientAssertions } from "./clients/assertions.ts";
import { NO_KEY_SETS } from "./clients/key-sets.ts";
import { type RegistrationInput, registerClient } from "./clients/register.ts";
import { createRegisteredClients } from "./clients/registered.ts";
import { createClientRegistry } from "./clients/registry.ts";
import { toWire } from "./errors.ts";
import { createGrants, type Grants, toView } from "./grants.ts";
import { toResource, toResourceMetadata, toServerMetadata, toTokenEndpoint } from "./metadata.ts";
import { createPersonSessions } from "./person-sessions.ts";
import type { AuthorizationServerDeps } from "./settings.ts";
import { createAccessTokens } from "./token/access-tokens.ts";
import { createAuthorizationCodes } from "./token/codes.ts";
import { answerTokenRequest } from "./token/endpoint.ts";
import type { GrantTypeDeps } from "./token/grant-type.ts";
import { introspectToken } from "./token/introspect.ts";
import { createRefreshTokens } from "./token/refresh-tokens.ts";
import { revokeToken } from "./token/revoke.ts";

/**
 * Builds the authorization server over a record store. It keeps no state of its own, but remembers what
 * it looked up for a request while events say that it is still so.
 */
export const createAuthorizationServer = (deps: AuthorizationServerDeps): AuthorizationServer => {
  const { settings, clock } = deps;
  const { issuer } = settings;
  const tables = openTables(deps);
  const consent = { issuer, ...tables };
  const resource = toResource(issuer);
  const recall = createBearerRecall({ ...deps, ...tables });

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
    metadata: describeServer(deps),
    resourceMetadata: toResourceMetadata(issuer),
    register: (body, authorization) => register(deps, tables, { body, authorization }),
    authorize: async (parameters, fetchLimit) => {
      const { clients } = tables;
      const request = await runSteps({ clients, issuer }, parameters, fetchLimit);
      if (!request.ok) return toOutcome(request.failure);
      const transactionId = await startTransaction({ ...deps, ...tables }, request.value);
      return { kind: "consent", transactionId };
    },
    findAuthorization: async (id) => {
      const found = await tables.transactions.find(id);
      return found && toPending(id, found.value);
    },
    findEarlierApproval: async (id, { subject, connectionIds }) => {
      const transaction = (await tables.transactions.find(id))?.value;
      if (transaction === undefined) return undefined;
      const grants = await tables.grants.listBySubject(subject);
      return findEarlierApproval(transaction, grants, connectionIds);
    },
    approve: (id, decision) => approve(consent, id, decision),
    refuse: (id, error, description) => refuse(consent, id, { error, description }),
    complete: (id, authorized) => complete(consent, id, authorized),
    token: (request) => answerTokenRequest(tables, request),
    revoke: (request) => revokeToken(tables, request),
    introspect: (request) => introspectToken(tables, request),
    authenticate: (authorization) => authenticateBearer({ recall, resource, clock }, authorization),
    mayContinue: (principal, authorization) => mayContinue(tables, principal, authorization),
    challenge: (failure, path) => toChallenge(failure, issuer, path),
    listGrants: (connectionId) => tables.grants.listByConnection(connectionId),
    revokeGrant: (grantId) => tables.grants.revoke(grantId, "person"),
    ...createGrantControl(tables.grants),
    sessions: createPersonSessions(deps),
  };
};

const register = async (
  { settings, audit }: AuthorizationServerDeps,
  { registered }: Pick<GrantTypeDeps, "registered">,
  input: RegistrationInput,
): ReturnType<AuthorizationServer["register"]> => {
  const client = await registerClient(registered, settings.registration, input);
  if (client.ok) {
    const clientId = toClientId(String(client.value["client_id"]));
    await audit?.record({ kind: "client.registered", clientId });
  }
  return client;
};

/** What a person may do with grants; another person's grant looks like none. */
const createGrantControl = (
  grants: Grants,
): Pick<
  AuthorizationServer,
  "listGrantsOfPerson" | "revokeGrantOfPerson" | "revokeGrantsOfConnection"
> => ({
  listGrantsOfPerson: async (subject) => (await grants.listBySubject(subject)).map(toView),
  revokeGrantOfPerson: async (subject, grantId) => {
    const grant = await grants.find(grantId);
    if (grant?.subject !== subject) return undefined;
    await grants.revoke(grantId, "person");
    return toView(grant);
  },
  revokeGrantsOfConnection: async (connectionId, { by = "person", givenBy } = {}) => {
    const all = await grants.listByConnection(connectionId);
    const meant = all.filter(({ createdAt }) => givenBy === undefined || createdAt <= givenBy);
    await Promise.all(meant.map(({ grantId }) => grants.revoke(grantId, by)));
    return meant.length;
  },
});

const describeServer = ({
  clientSources = [],
  settings,
}: AuthorizationServerDeps): AuthorizationServer["metadata"] =>
  toServerMetadata({
    issuer: settings.issuer,
    clientIdMetadataDocuments: clientSources.some((source) => source.kind === "metadata_document"),
    registration: settings.registration?.mode !== "off",
  });

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
    assertions: createClientAssertions({
      ...deps,
      audiences: [settings.issuer, toTokenEndpoint(settings.issuer)],
      keySets: deps.keySets ?? NO_KEY_SETS,
    }),
    transactions: createTransactions(deps.store),
    grants: createGrants(deps),
    codes: createAuthorizationCodes(deps),
    accessTokens: createAccessTokens(deps),
    refreshTokens: createRefreshTokens(deps),
  };
};
