package dev.cortado.engine.grammar;

import static dev.cortado.engine.grammar.Grammar.anyOf;
import static dev.cortado.engine.grammar.Grammar.choice;
import static dev.cortado.engine.grammar.Grammar.optional;
import static dev.cortado.engine.grammar.Grammar.range;
import static dev.cortado.engine.grammar.Grammar.repeat;
import static dev.cortado.engine.grammar.Grammar.rule;
import static dev.cortado.engine.grammar.Grammar.sequence;
import static dev.cortado.engine.grammar.Grammar.text;

import java.util.List;

/** The grammar of JSON texts (RFC 8259), with little white space so that a model cannot spend its answer on it. */
public final class JsonGrammar {
    private static final int DIGITS = 15;
    private static final int INDENTATION = 16;

    /** White space between elements: nothing, a blank, or a new line with indentation. */
    public static final Grammar SPACE =
            optional(choice(text(" "), sequence(text("\n"), repeat(text(" "), 0, INDENTATION))));

    /** One character of a string: UTF-8 (RFC 3629), or an escape. */
    public static final Grammar CHARACTER = character();

    public static final Grammar BOOLEAN = choice(text("true"), text("false"));

    public static final Grammar NULL = text("null");

    public static final Grammar INTEGER = sequence(
            optional(text("-")),
            choice(text("0"), sequence(range('1', '9'), repeat(range('0', '9'), 0, DIGITS))));

    public static final Grammar NUMBER = sequence(
            INTEGER,
            optional(sequence(text("."), repeat(range('0', '9'), 1, DIGITS))),
            optional(sequence(anyOf("eE"), optional(anyOf("+-")), repeat(range('0', '9'), 1, 3))));

    public static final Grammar STRING = string(0, -1);

    /** Any value. */
    public static final Grammar VALUE = rule("value", JsonGrammar::value);

    private JsonGrammar() {}

    /** A string with {@code least} to {@code most} characters; -1 = any number. */
    public static Grammar string(int least, int most) {
        return sequence(text("\""), repeat(CHARACTER, least, most), text("\""));
    }

    /** An array with {@code least} to {@code most} elements; -1 = any number. */
    public static Grammar array(Grammar element, int least, int most) {
        if (most == 0) {
            return sequence(text("["), SPACE, text("]"));
        }
        Grammar more = repeat(sequence(SPACE, text(","), SPACE, element), Math.max(0, least - 1), most < 0 ? -1 : most - 1);
        Grammar elements = sequence(SPACE, element, more, SPACE);
        return sequence(text("["), least == 0 ? choice(elements, SPACE) : elements, text("]"));
    }

    /** An object whose keys are free and whose values are all of one kind. */
    public static Grammar map(Grammar value) {
        Grammar member = sequence(STRING, SPACE, text(":"), SPACE, value);
        Grammar members = sequence(SPACE, member, repeat(sequence(SPACE, text(","), SPACE, member), 0, -1), SPACE);
        return sequence(text("{"), choice(members, SPACE), text("}"));
    }

    /**
     * A member of an object with fixed keys.
     *
     * @param key as it stands in the text, quotes and escapes included
     */
    public record Member(String key, Grammar value, boolean required) {
        Grammar grammar() {
            return sequence(text(key), SPACE, text(":"), SPACE, value);
        }
    }

    /** An object with these members, in their order. */
    public static Grammar object(List<Member> members) {
        return sequence(text("{"), SPACE, members(members, true), SPACE, text("}"));
    }

    private static Grammar members(List<Member> members, boolean first) {
        if (members.isEmpty()) {
            return Grammar.EMPTY;
        }
        Member member = members.getFirst();
        List<Member> rest = members.subList(1, members.size());
        Grammar comma = first ? Grammar.EMPTY : sequence(SPACE, text(","), SPACE);
        Grammar with = sequence(comma, member.grammar(), members(rest, false));
        return member.required ? with : choice(with, members(rest, first));
    }

    private static Grammar value() {
        return choice(STRING, NUMBER, BOOLEAN, NULL, array(VALUE, 0, -1), map(VALUE));
    }

    private static Grammar character() {
        Grammar tail = range(0x80, 0xBF);
        Grammar hex = anyOf("0123456789abcdefABCDEF");
        Grammar plain = choice(range(0x20, 0x21), range(0x23, 0x5B), range(0x5D, 0x7F));
        Grammar two = sequence(range(0xC2, 0xDF), tail);
        Grammar three = choice(
                sequence(lead(0xE0), range(0xA0, 0xBF), tail),
                sequence(range(0xE1, 0xEC), tail, tail),
                sequence(lead(0xED), range(0x80, 0x9F), tail),
                sequence(range(0xEE, 0xEF), tail, tail));
        Grammar four = choice(
                sequence(lead(0xF0), range(0x90, 0xBF), tail, tail),
                sequence(range(0xF1, 0xF3), tail, tail, tail),
                sequence(lead(0xF4), range(0x80, 0x8F), tail, tail));
        Grammar escape = sequence(
                text("\\"),
                choice(anyOf("\"\\/bfnrt"), sequence(text("u"), repeat(hex, 4, 4))));
        return choice(plain, two, three, four, escape);
    }

    private static Grammar lead(int b) {
        return range(b, b);
    }
}
