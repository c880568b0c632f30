import type { CalendarState } from "./calendars.ts";
import type { ContactState } from "./contacts.ts";
import type { ConversationState } from "./conversations.ts";
import type { OpportunityState } from "./opportunities.ts";
import type { PeopleState } from "./people.ts";
import type { SettingsState } from "./settings.ts";

/** Everything that the sandbox knows. Lists and maps that are not `readonly` inside change. */
export interface World
  extends
    PeopleState,
    SettingsState,
    ContactState,
    OpportunityState,
    ConversationState,
    CalendarState {}
