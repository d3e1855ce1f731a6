"""References and codes: read however they are typed, and every single slip and every swap noticed."""

import itertools
import random

import pytest

from bot.cases.reference import (
    ALPHABET,
    BODY,
    check_sign,
    code_in,
    looks_typed,
    new_code,
    new_reference,
    read_code,
    read_reference,
    reference_in,
    same_code,
)


def test_a_new_reference_reads_as_itself():
    for _ in range(200):
        reference = new_reference()
        assert read_reference(reference) == reference
        assert len(reference) == 14


def test_every_wrong_sign_is_noticed_wherever_it_stands():
    random.seed(5)
    for _ in range(60):
        signs = new_reference().removeprefix("RD-").replace("-", "")
        for place, wrong in itertools.product(range(BODY + 1), ALPHABET):
            if wrong != signs[place]:
                assert read_reference(signs[:place] + wrong + signs[place + 1 :]) is None


def test_every_swap_of_two_signs_is_noticed_even_far_apart():
    for _ in range(300):
        signs = list(new_reference().removeprefix("RD-").replace("-", ""))
        for one, other in itertools.combinations(range(BODY + 1), 2):
            if signs[one] != signs[other]:
                swapped = signs.copy()
                swapped[one], swapped[other] = swapped[other], swapped[one]
                assert read_reference("".join(swapped)) is None


def test_the_proof_for_all_references_is_that_weights_differ_modulo_a_prime():
    prime = len(ALPHABET)
    assert prime == 23
    assert len(set(ALPHABET)) == prime
    weights = [*range(2, BODY + 2), 1]
    assert len({weight % prime for weight in weights}) == len(weights)
    assert 0 not in {weight % prime for weight in weights}
    for body in ("2" * BODY, "7K3M9Q2X", "Y" * BODY):
        signs = [ALPHABET.index(sign) for sign in body + check_sign(body)]
        assert sum(weight * sign for weight, sign in zip(weights, signs, strict=True)) % prime == 0


def test_no_sign_is_mistaken_for_another_and_no_word_can_appear():
    assert not set(ALPHABET) & set("AEIOU01LSZGBV")


def test_a_reference_is_read_with_other_spaces_capitals_and_lookalikes():
    reference = "RD-" + "5828-6QQ7-" + check_sign("58286QQ7")
    assert read_reference(reference.lower().replace("-", " ")) == reference
    assert read_reference(reference.removeprefix("RD-").replace("-", "")) == reference
    assert read_reference("  rd 5 8 2 8 6 q q 7 " + reference[-1]) == reference
    assert read_reference("RD-SBZB-GO0I-" + reference[-1]) == reference
    assert read_reference("RD–5828–6QQ7–" + reference[-1]) == reference


def test_what_is_no_reference_is_none():
    for typed in ("", "RD", "hello", "RD-7K3M-9Q2X", "😀" * 9, "X" * 5000, "RD-0000-0000-0", "\x00" * 9):
        assert read_reference(typed) is None, typed


def test_a_reference_is_found_in_a_sentence():
    reference = new_reference()
    assert reference_in(f"hi, how is {reference.lower()} going?") == reference
    assert reference_in(f"{reference[3:]}") is None
    assert reference_in("how is my report going") is None


def test_a_code_is_read_with_other_spaces_capitals_and_lookalikes():
    code = new_code()
    assert same_code(code, code)
    assert same_code(f" {code.lower().replace('-', ' ')} ", code)
    assert read_code("b5z2 gq77") == "8522-6Q77"
    assert not same_code("", code)
    assert not same_code(code[:-1], code)


@pytest.mark.parametrize("code", ["HXWF-MTMX", "4KPT-7WXM", "2345-6789"])
@pytest.mark.parametrize(
    "written", [str, str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " ").lower()]
)
@pytest.mark.parametrize(
    "sentence", ["{}", "how is it? its {ref} and the code is {}", "{ref} {}", "code {}, with reference {ref}", "{ref}, {}."]
)
def test_a_code_is_found_in_a_sentence_also_one_of_letters_only(code, written, sentence):
    assert code_in(sentence.format(written(code), ref="RD-7K3M-9Q2X-" + check_sign("7K3M9Q2X"))) == code


@pytest.mark.parametrize(
    "said", ["how is my report going", "it is still full of bugs", "what does that mean", "with bugs in it"]
)
def test_words_are_no_code(said):
    assert code_in(said) is None


def test_what_is_typed_as_a_code_is_told_from_a_sentence():
    for typed in ("HXWF-MTM", "4KPT-7WX", "rd 7k3m 9q2x"):
        assert looks_typed(typed), typed
    for said in ("hmm", "never mind", "I cannot find it", "the 3rd of May was the day on which I told you"):
        assert not looks_typed(said), said
