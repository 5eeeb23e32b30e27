package dev.cortado.engine.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * Finds the tokens that are never split (control, user-defined and unknown tokens) in a text before anything else looks at
 * it. Longer tokens come first wherever they stand, equally long ones from left to right; what one token has taken no other
 * can have. Some models also swallow white space before or after certain tokens. Rules: llama.cpp.
 */
final class SpecialTokens {
    private static final String MASK = "<mask>";

    private final PrefixTree tree = new PrefixTree();
    private final int longest;
    /** Tokens that are recognised only where control tokens are. */
    private final BitSet control = new BitSet();
    /** Tokens that take the white space before them. */
    private final BitSet stripsLeft = new BitSet();
    /** Tokens that take the white space after them. */
    private final BitSet stripsRight = new BitSet();

    /**
     * @param name the model's name, {@code general.name}: it decides about white space
     * @param architecture the model's architecture, {@code general.architecture}: likewise
     * @param pre the pre-tokenizer, {@code tokenizer.ggml.pre}: likewise
     */
    SpecialTokens(GgufVocabulary vocabulary, String name, String architecture, String pre) {
        BitSet all = new BitSet();
        int longest = 0;
        for (int id = 0; id < vocabulary.size(); id++) {
            switch (vocabulary.type(id)) {
                case CONTROL, UNKNOWN -> {
                    all.set(id);
                    control.set(id);
                }
                case USER_DEFINED -> all.set(id);
                case NORMAL, BYTE, UNUSED, UNDEFINED -> {}
            }
            if (all.get(id)) {
                byte[] text = vocabulary.table().get(id);
                tree.put(text, id);
                longest = Math.max(longest, text.length);
            }
        }
        this.longest = longest;
        readStripping(vocabulary, all, name.toLowerCase(Locale.ROOT), architecture, pre);
    }

    /** The file does not say which tokens strip; llama.cpp knows it from names. */
    private void readStripping(GgufVocabulary vocabulary, BitSet all, String name, String architecture, String pre) {
        if (pre.contains("jina-v2-de")
                || pre.contains("jina-v2-es")
                || pre.contains("jina-v2-code")
                || architecture.contains("nomic-bert-moe")
                || architecture.contains("jina-bert-v3")) {
            set(stripsLeft, vocabulary, MASK);
        } else if (name.contains("phi-3") || name.contains("phi3")) {
            stripsRight.or(all);
            set(stripsRight, vocabulary, "</s>");
            for (String text : List.of("<unk>", "<s>", "<|endoftext|>")) {
                int id = vocabulary.id(text);
                if (id >= 0) {
                    stripsRight.clear(id);
                }
            }
        } else if (name.contains("modern-bert")) {
            set(stripsLeft, vocabulary, "[MASK]");
        }
    }

    private static void set(BitSet tokens, GgufVocabulary vocabulary, String text) {
        int id = vocabulary.id(text);
        if (id >= 0) {
            tokens.set(id);
        }
    }

    /**
     * Takes a text apart.
     *
     * @param text UTF-8
     * @param plain the bytes in which control and unknown tokens are plain text
     */
    List<Fragment> partition(byte[] text, BitSet plain) {
        if (text.length == 0) {
            return List.of();
        }
        BitSet lengths = new BitSet(longest + 1);
        IntList places = places(text, lengths);
        if (places.size() == 0) {
            return List.of(new Fragment(-1, 0, text.length));
        }
        int[] tokens = new int[text.length];
        BitSet taken = new BitSet(text.length);
        for (int length = lengths.length() - 1; length > 0; length = lengths.previousSetBit(length - 1)) {
            take(text, length, places, plain, tokens, taken);
        }
        return fragments(tokens, taken, text.length);
    }

    /** Where any token begins, and how long those are that occur. */
    private IntList places(byte[] text, BitSet lengths) {
        IntList places = new IntList(16);
        for (int from = 0; from < text.length; from++) {
            int node = tree.next(PrefixTree.ROOT, text[from]);
            boolean any = false;
            for (int to = from + 1; node != PrefixTree.NONE; to++) {
                if (tree.value(node) != PrefixTree.NONE) {
                    lengths.set(to - from);
                    any = true;
                }
                node = to < text.length ? tree.next(node, text[to]) : PrefixTree.NONE;
            }
            if (any) {
                places.add(from);
            }
        }
        return places;
    }

    /** @param tokens receives each token plus one at the place where it begins */
    private void take(byte[] text, int length, IntList places, BitSet plain, int[] tokens, BitSet taken) {
        for (int i = 0; i < places.size(); i++) {
            int from = places.get(i);
            int to = from + length;
            if (to > text.length || taken.get(from) || touches(taken, from, to)) {
                continue;
            }
            int token = tree.find(text, from, to);
            if (token == PrefixTree.NONE || control.get(token) && touches(plain, from, to)) {
                continue;
            }
            tokens[from] = token + 1;
            taken.set(from, to);
            if (stripsLeft.get(token)) {
                int left = from;
                while (left > 0 && !taken.get(left - 1) && isSpace(text[left - 1])) {
                    taken.set(--left);
                }
            }
            if (stripsRight.get(token)) {
                int right = to;
                while (right < text.length && !taken.get(right) && isSpace(text[right])) {
                    taken.set(right++);
                }
            }
        }
    }

    private static boolean touches(BitSet set, int from, int to) {
        int next = set.nextSetBit(from);
        return next >= 0 && next < to;
    }

    private static boolean isSpace(byte octet) {
        return octet == ' ' || octet >= '\t' && octet <= '\r';
    }

    private static List<Fragment> fragments(int[] tokens, BitSet taken, int length) {
        List<Fragment> fragments = new ArrayList<>();
        for (int at = 0; at < length; ) {
            if (taken.get(at)) {
                if (tokens[at] != 0) {
                    fragments.add(new Fragment(tokens[at] - 1, at, at));
                }
                at++;
            } else {
                int end = taken.nextSetBit(at);
                end = end < 0 ? length : end;
                fragments.add(new Fragment(-1, at, end));
                at = end;
            }
        }
        return fragments;
    }
}
