import type { UnzrAnswer, UnzrDocument } from '../mvs-trembita';
import type { DocumentInfo, PersonInfo } from './unzr-info';

/** What is kept of an answer: the published fields. A photo, and whatever else came unasked, is nobody's to read. */
export function infoOfAnswer(answer: UnzrAnswer): PersonInfo {
  return {
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
    type: document.type,
    number: document.number,
    issued_by: document.issuedBy,
    issued_at: document.issuedAt,
    expires_at: document.expiresAt,
    status: document.status,
  };
}
