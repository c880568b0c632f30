declare const brand: unique symbol;

/** A value of type `Base` that cannot be confused with another of the same shape. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** An MCP client's `client_id` (RFC 6749 §2.2): an opaque id, or the https URL of its metadata document. */
export type ClientId = Brand<string, "ClientId">;
/** What one person allowed one client; also the refresh-token family. */
export type GrantId = Brand<string, "GrantId">;
/** A GoHighLevel installation that this server holds tokens for. */
export type ConnectionId = Brand<string, "ConnectionId">;
/** A GoHighLevel sub-account. */
export type LocationId = Brand<string, "LocationId">;
/** A GoHighLevel agency. */
export type CompanyId = Brand<string, "CompanyId">;
/** A pending authorization request, between `/oauth/authorize` and the code. */
export type TransactionId = Brand<string, "TransactionId">;
/** One operation of the GoHighLevel API in the catalogue: `app.operation-id`. */
export type OperationId = Brand<string, "OperationId">;

/** Marks a string that has been checked, or that comes from our own records, as a client id. */
export const toClientId = (value: string): ClientId => value as ClientId;
/** Marks a string as a grant id. */
export const toGrantId = (value: string): GrantId => value as GrantId;
/** Marks a string as a connection id. */
export const toConnectionId = (value: string): ConnectionId => value as ConnectionId;
/** Marks a string as a location id. */
export const toLocationId = (value: string): LocationId => value as LocationId;
/** Marks a string as a company id. */
export const toCompanyId = (value: string): CompanyId => value as CompanyId;
/** Marks a string as a transaction id. */
export const toTransactionId = (value: string): TransactionId => value as TransactionId;
/** Marks a string as an operation id. */
export const toOperationId = (value: string): OperationId => value as OperationId;
