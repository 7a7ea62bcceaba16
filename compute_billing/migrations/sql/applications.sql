-- Frozen texts have their hashes; approvals, proposals and reviews name the parties of their case,
-- so that one row can say that they are different people.
ALTER TABLE applications_submission ADD CONSTRAINT application_submission_has_its_hashes CHECK (
    facts_sha256 = encode(sha256(facts), 'hex')
    AND assessment_sha256 = encode(sha256(assessment), 'hex'));
ALTER TABLE applications_proposal ADD CONSTRAINT application_proposal_has_its_hashes CHECK (
    facts_sha256 = encode(sha256(facts), 'hex')
    AND assessment_sha256 = encode(sha256(assessment), 'hex'));
ALTER TABLE applications_proposal ADD CONSTRAINT application_proposal_names_its_beneficiary
    FOREIGN KEY (application_id, beneficiary_id) REFERENCES applications_application (id, tenant_id);
ALTER TABLE applications_approval ADD CONSTRAINT application_approval_names_its_parties
    FOREIGN KEY (proposal_id, application_id, instance, maker_id, beneficiary_id)
    REFERENCES applications_proposal (id, application_id, instance, maker_id, beneficiary_id);
ALTER TABLE applications_review ADD CONSTRAINT application_review_names_its_officer
    FOREIGN KEY (panel_id, officer_id) REFERENCES applications_panel (id, officer_id);
-- An appeal is decided by others: who proposes or approves has a hand in that instance alone.
ALTER TABLE applications_proposal ADD CONSTRAINT application_proposal_by_a_hand
    FOREIGN KEY (application_id, maker_id, instance)
    REFERENCES applications_hand (application_id, person_id, instance);
ALTER TABLE applications_approval ADD CONSTRAINT application_approval_by_a_hand
    FOREIGN KEY (application_id, approver_id, instance)
    REFERENCES applications_hand (application_id, person_id, instance);
