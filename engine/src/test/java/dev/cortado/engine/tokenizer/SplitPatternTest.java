package dev.cortado.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SplitPatternTest {
    private static final String CHARACTERS = "aZbs'tRelLmMdDvV \n\r\t\u000B0195٣½²éÉǅʰßΩ中ーひ한ㄱ！…。،।‘“👍\u0301\u0903$+<=>^~|`\"#%_/\\[](){}.,!?-:;"
            + "\u0001\u007F\u200B\uE000\u0378";

    @Test
    void finds_the_words_that_java_finds() {
        Random random = new Random(3);
        for (PreTokenizer pre : PreTokenizer.values()) {
            for (Pass pass : pre.passes()) {
                if (pass instanceof DigitGroups) {
                    continue;
                }
                Pattern opinion = Pattern.compile(inJava(pass.toString()));
                for (int round = 0; round < 400; round++) {
                    String text = random(random);
                    assertThat(words(pass, text))
                            .as("%s: '%s'", pre, text)
                            .isEqualTo(words(opinion.matcher(text), text));
                }
            }
        }
    }

    @Test
    void digits_form_groups_of_three_from_the_right() {
        assertThat(words(DigitGroups.WITHIN_DIGITS, "12345")).containsExactly("12", "345");
        assertThat(words(DigitGroups.WITHIN_DIGITS, "a123456b")).containsExactly("a", "123", "456b");
        assertThat(words(DigitGroups.AFTER_TEXT, "ab1234c")).containsExactly("ab1", "234", "c");
        assertThat(words(DigitGroups.AFTER_TEXT, "٣456")).containsExactly("٣", "456");
    }

    @Test
    void characters_younger_than_the_tables_are_unassigned() {
        assertThat(CharacterKind.of(0x1C89)).isEqualTo(CharacterKind.UNASSIGNED);
        assertThat(CharacterKind.of(0x2EBF0)).isEqualTo(CharacterKind.LETTER);
        assertThat(CharacterKind.of(0x85)).isEqualTo(CharacterKind.WHITE_SPACE);
        assertThat(CharacterKind.of(0x200B)).isEqualTo(CharacterKind.CONTROL);
    }

    /** Java has {@code \z} for the end proper, and another Han than llama.cpp. */
    private static String inJava(String pattern) {
        return pattern.replace("\\s+$", "\\s+\\z")
                .replace(
                        "\\p{Han}",
                        "[\\x{4E00}-\\x{9FFF}\\x{3400}-\\x{4DBF}\\x{20000}-\\x{2A6DF}\\x{2A700}-\\x{2EBEF}\\x{F900}-\\x{FAFF}\\x{2F800}-\\x{2FA1F}]");
    }

    private static List<String> words(Matcher matcher, String text) {
        List<String> words = new ArrayList<>();
        int start = 0;
        while (matcher.find()) {
            if (matcher.start() > start) {
                words.add(text.substring(start, matcher.start()));
            }
            words.add(matcher.group());
            start = matcher.end();
        }
        if (start < text.length()) {
            words.add(text.substring(start));
        }
        return words;
    }

    private static List<String> words(Pass pass, String text) {
        int[] codePoints = text.codePoints().toArray();
        IntList whole = new IntList(1);
        whole.add(codePoints.length);
        IntList ends = pass.split(codePoints, whole);
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ends.size(); i++) {
            words.add(new String(codePoints, from, ends.get(i) - from));
            from = ends.get(i);
        }
        return words;
    }

    private static String random(Random random) {
        int[] characters = CHARACTERS.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(24); i >= 0; i--) {
            int c = characters[random.nextInt(characters.length)];
            text.append(Character.toString(c).repeat(random.nextInt(5) == 0 ? 4 : 1));
        }
        return text.toString();
    }
}
