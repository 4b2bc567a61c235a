import {
  printedRelationshipRefusals,
  printedRelationshipRows,
  printedCumulativeRows,
  printedNhsRefusals,
  printedNhsRows,
  printedSelection,
} from './status-tables';
import {
  printedAnswers,
  printedClearing,
  printedGrid,
  printedRefusals,
  printedStreamRows,
  type PrintedStream,
} from './stream-tables';
import { SELECTION_ORDER, SELECTION_PERSONS } from '../../src/domain/verification/selection.rules';

/** The verification tables as one page for people who do not read code. */
export function verificationTablesPage(streams: readonly PrintedStream[]): string {
  return `${streamsPart(streams)}
${otherParts()}`;
}

function streamsPart(streams: readonly PrintedStream[]): string {
  return `# Verification tables

This page is generated from the tables in the code (\`npm run tables\`). Do not edit it: a check fails when it is out of date. Every change of a status writes the name of its
row to the audit log.

A person has several *streams*: independent checks, each with a status and a reason. The tables separate what an answer of a register *means* from what *follows* from it.

## What an answer means

These register streams are connected:

${printedAnswers(streams)}

A technical error is not an answer and means nothing: the stream returns to its status before the check (S9).

## What follows

The rows are the same for all register streams. *From* is also the condition of the update in the database: if the stream has another status by then, nothing is written.

${printedStreamRows()}

*Data* is the saved result and the time of the answer (\`data_id\`, \`data_status\`, \`synced_at\`). *Recorded* changes write an entry in the audit log, write an event if the status
changed, and recompute the cumulative status. IN_REVIEW is a lock: every claim has an id, and the result of an earlier claim is dropped.

${printedClearing(streams)}### Every status and every trigger

${printedGrid()}

${printedRefusals()}
`;
}

function otherParts(): string {
  return `## The manual stream of the NHS

${printedNhsRows()}

The first of these that applies refuses a change by an official:

${printedNhsRefusals()}

## Relationships with confidant persons

A relationship is verified independently of the streams of its two persons. Only officials change it:

${printedRelationshipRows()}

A new comment replaces the old one. The first of these that applies refuses the change:

${printedRelationshipRefusals()}

## Cumulative status

Streams in VERIFICATION_NOT_NEEDED are not counted. A locked register stream counts with its status before the lock; the manual stream counts as it is. The first row that fits
decides.

${printedCumulativeRows()}

NOT_VERIFIED blocks a person, CHANGES_NEEDED does not.

## Whom scheduled runs select

Among ${SELECTION_PERSONS}, the branches are read in this order until the batch is full; inside a branch the order is ${SELECTION_ORDER.map((column) => `\`${column}\``).join(', then ')}.

${printedSelection()}

Parties are selected by jobs of their own with the same branches. A party is active by \`is_active\` alone, and \`party_id\` replaces \`person_id\`. What an answer means and what
follows is the same for both.
`;
}
