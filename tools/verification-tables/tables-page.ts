import { printedRelationshipRefusals, printedRelationshipRows } from './printed-relationships';
import {
  printedAnswers,
  printedClearing,
  printedGrid,
  printedRefusals,
  printedStreamRows,
  type PrintedStream,
} from './printed-streams';
import { printedCumulativeRows, printedNhsRefusals, printedNhsRows, printedSelection } from './printed-sums';
import { SELECTION_ORDER, SELECTION_PERSONS } from '../../src/domain/verification/selection.rules';

/** The tables of this folder as one page for people who do not read code. */
export function verificationTablesPage(streams: readonly PrintedStream[]): string {
  return `${printedStreamPart(streams)}
${printedOtherParts()}`;
}

function printedStreamPart(streams: readonly PrintedStream[]): string {
  return `# Verification tables

This page is printed from the tables that the program runs by. It is not edited by hand, and the checks of the
project fail when it is stale. Every change of a stream's status carries the name of its row in the audit log.

A person has several *streams*: independent checks, each with a status and a reason. Two questions are kept
apart: what the answer of a register *means*, and what *follows* from it.

## What an answer means

Of the register streams, these are connected:

${printedAnswers(streams)}

A technical error is not an answer and means nothing: the stream goes back to where it stood (S9).

## What follows

The rows are the same for all register streams. *From* is also the condition of the change in the database: if
the stream does not stand there any more when the change is written, nothing is written.

${printedStreamRows()}

*Data* are the saved result and the time of the answer (\`data_id\`, \`data_status\`, \`synced_at\`). *Recorded* moves
leave an entry in the audit log, an event if the status is another one, and have the cumulative status computed anew.
IN_REVIEW is a lock: who holds it has a number of his own, and a result under an older number is dropped.

${printedClearing(streams)}### Every status and everything that can happen

${printedGrid()}

${printedRefusals()}
`;
}

function printedOtherParts(): string {
  return `## The manual stream of the NHS

${printedNhsRows()}

An official's move is refused for the first of these that applies:

${printedNhsRefusals()}

## Relationships with confidant persons

A relationship is verified on its own, whatever the streams of its two persons say. Only officials move one:

${printedRelationshipRows()}

A comment that comes with a move takes the place of the old one. The move is refused for the first of these that applies:

${printedRelationshipRefusals()}

## What the streams add up to

Streams in VERIFICATION_NOT_NEEDED are not counted. A register stream under a lock counts as it stood before the
lock; the manual stream counts as it stands. The first row that fits decides.

${printedCumulativeRows()}

NOT_VERIFIED blocks a person, CHANGES_NEEDED does not.

## Whom the timetable takes

Among ${SELECTION_PERSONS}, the branches are emptied in this order until the batch is full; inside a
branch by ${SELECTION_ORDER.map((column) => `\`${column}\``).join(', then ')}.

${printedSelection()}

Parties are taken by runs of their own, from the same branches: a party is active by \`is_active\` alone, and \`party_id\` takes
the place of \`person_id\`. What an answer means and what follows is the same for both.
`;
}
