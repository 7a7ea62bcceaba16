"""Programme documents: what is refused and where, assumptions, differences, one text."""

import msgspec
import pytest
import yaml

from compute_billing.subsidies.rules.assumptions import UnableToAssume, assume, differences
from compute_billing.subsidies.rules.documents import (
    UnableToReadProgramme,
    from_values,
    open_parts,
    read_yaml,
    unset_parts,
)
from compute_billing.subsidies.rules.published import published, published_programme
from compute_billing.subsidies.rules.settable import settled


def values(code="beijing-2023"):
    return msgspec.to_builtins(published_programme(code))


@pytest.mark.parametrize("document", published(), ids=lambda document: document.code)
def test_a_document_survives_its_own_text(document):
    read = from_values(msgspec.json.decode(document.canonical()))

    assert read == document
    assert read.sha256() == document.sha256()


class TestRefusals:
    def test_no_yaml(self):
        with pytest.raises(UnableToReadProgramme, match="no YAML"):
            read_yaml("a: [")

    def test_no_programme(self):
        with pytest.raises(UnableToReadProgramme, match="Expected `object`, got `null`"):
            read_yaml("")

    def test_an_unknown_predicate_with_its_place(self):
        broken = values()
        broken["rules"][3]["rule"] = "moon_phase"

        with pytest.raises(UnableToReadProgramme, match=r"moon_phase.*\$\.rules\[3\]"):
            from_values(broken)

    def test_a_misspelt_parameter(self):
        broken = values()
        broken["caps"][0]["amonut"] = 1

        with pytest.raises(UnableToReadProgramme, match=r"amonut.*\$\.caps\[0\]"):
            from_values(broken)

    def test_a_fraction_where_money_is_whole(self):
        broken = values()
        broken["caps"][0]["amount"] = 0.5

        with pytest.raises(UnableToReadProgramme, match=r"\$\.caps\[0\]\.amount"):
            from_values(broken)

    def test_a_clause_that_is_not_there(self):
        broken = values()
        broken["basis"]["clause"] = "nowhere"

        with pytest.raises(UnableToReadProgramme, match="clauses that it does not hold: nowhere"):
            from_values(broken)

    def test_classes_of_costs_over_a_basis_without_costs(self):
        broken = values("hangzhou-2024")
        broken["basis"] = {"basis": "contract_amount", "clause": "how_much"}

        with pytest.raises(UnableToReadProgramme, match="needs a basis that sums costs"):
            from_values(broken)


class TestAssumptions:
    def test_an_assumption_closes_the_gap_and_stays_visible(self):
        document = published_programme("beijing-2023")

        assumed = assume(
            document=document, path="$.tax_basis", value="with_tax", because="as invoices are"
        )

        assert "$.tax_basis" not in {part.path for part in unset_parts(assumed)}
        part = next(part for part in open_parts(assumed) if part.path == "$.tax_basis")
        assert (part.assumed, part.because) == ("with_tax", "as invoices are")
        assert assumed.sha256() != document.sha256()

    def test_what_is_written_cannot_be_assumed_away(self):
        with pytest.raises(UnableToAssume, match="Nothing stands open at"):
            assume(
                document=published_programme("beijing-2023"),
                path="$.rate.ppm",
                value=900_000,
                because="generosity",
            )

    def test_an_assumption_needs_a_reason(self):
        with pytest.raises(UnableToAssume, match="needs a reason"):
            assume(
                document=published_programme("beijing-2023"),
                path="$.tax_basis",
                value="with_tax",
                because=" ",
            )

    def test_the_place_refuses_what_it_cannot_hold(self):
        with pytest.raises(UnableToReadProgramme, match="tax_basis"):
            assume(
                document=published_programme("beijing-2023"),
                path="$.tax_basis",
                value="sometimes",
                because="who knows",
            )

    def test_a_place_inside_of_a_list(self):
        assumed = assume(
            document=published_programme("etown-2024"),
            path="$.caps[0].scope",
            value="enterprise_year",
            because="as the city does",
        )

        assert settled(assumed.caps[0].scope) == "enterprise_year"


def test_two_versions_differ_where_they_differ():
    before = published_programme("nanning-2025")
    changed = msgspec.to_builtins(before)
    changed["version"] = 2
    changed["rate"]["ppm"] = 250_000
    changed["rules"] = changed["rules"][:-1]

    told = {
        item.path: (item.before, item.after) for item in differences(before, from_values(changed))
    }

    assert told["$.version"] == (1, 2)
    assert told["$.rate.ppm"] == (300_000, 250_000)
    assert told["$.rules[6].rule"] == ("no_other_funding", None)


def test_the_schema_can_be_told_to_others():
    schema = msgspec.json.schema(type(published_programme("nanning-2025")))

    assert "ProgrammeDocument" in schema["$defs"]
    yaml.safe_dump(schema)
