/** The agency that owns every location of the sandbox. */
export interface Company {
  readonly id: string;
  readonly name: string;
}

/** A sub-account. */
export interface Location {
  readonly id: string;
  readonly companyId: string;
  readonly name: string;
  readonly address: string;
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly postalCode: string;
  readonly website: string;
  /** An IANA time zone. */
  readonly timezone: string;
  readonly email: string;
  readonly phone: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly allowDuplicateContact: boolean;
}

/** A person who works in the agency or in a location. */
export interface User {
  readonly id: string;
  readonly companyId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly phone: string;
  readonly type: "agency" | "account";
  readonly role: "admin" | "user";
  readonly locationIds: readonly string[];
}

/** The people and places of an agency. */
export interface PeopleState {
  readonly company: Company;
  readonly locations: Location[];
  /** Locations that were created through the API: every token of the agency reaches them. */
  readonly laterLocationIds: Set<string>;
  readonly users: User[];
}
