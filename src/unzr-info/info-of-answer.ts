import type { UnzrAnswer, UnzrDocument } from '../mvs-trembita';
import type { DocumentInfo, PersonInfo } from './unzr-info';

/**
 * The whole answer as it is kept: the published fields under their published names, and beside them whatever else the
 * register sent, under its own. The ministry may add to its answer at any time, and an official is not to get less than
 * it told; a published name is never taken by something else.
 */
export function infoOfAnswer(answer: UnzrAnswer): PersonInfo {
  return {
    ...answer.unknownFields,
    first_name: answer.firstName,
    last_name: answer.lastName,
    middle_name: answer.middleName,
    rnokpp: answer.rnokpp,
    gender: answer.gender,
    date_birth: answer.dateBirth,
    documents: answer.documents.map(documentInfo),
  };
}

function documentInfo(document: UnzrDocument): DocumentInfo {
  return {
    ...document.unknownFields,
    type: document.type,
    number: document.number,
    issued_by: document.issuedBy,
    issued_at: document.issuedAt,
    expires_at: document.expiresAt,
    status: document.status,
  };
}
