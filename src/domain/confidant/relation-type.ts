/** The published dictionary CONFIDANT_PERSON_TYPE. */
export const RELATION_TYPES = ['PRIMARY', 'SECONDARY'] as const;

export type RelationType = (typeof RELATION_TYPES)[number];
