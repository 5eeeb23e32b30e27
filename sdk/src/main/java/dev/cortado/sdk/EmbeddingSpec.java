package dev.cortado.sdk;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known of an embedding model by its {@code general.name}: the task prefixes that it was trained with, and whether
 * its vectors may be cut (Matryoshka representation learning, Kusupati et al. 2022).
 *
 * @param documentPrefix default prefix
 * @param queryPrefix prefix of search queries
 * @param otherPrefixes prefixes of other tasks
 * @param recommended lengths that vectors may be cut to; empty = none
 */
record EmbeddingSpec(
        String documentPrefix, String queryPrefix, List<String> otherPrefixes, List<Integer> recommended) {
    private static final Map<String, EmbeddingSpec> KNOWN = known();

    static Optional<EmbeddingSpec> of(String modelName) {
        return Optional.ofNullable(KNOWN.get(modelName));
    }

    boolean matryoshka() {
        return !recommended.isEmpty();
    }

    boolean accepts(String prefix) {
        return prefix.equals(documentPrefix) || prefix.equals(queryPrefix) || otherPrefixes.contains(prefix);
    }

    private static Map<String, EmbeddingSpec> known() {
        Map<String, EmbeddingSpec> known = new LinkedHashMap<>();
        plain(known, "", "", "all-MiniLM-L6-v1", "all-MiniLM-L12-v1", "all-MiniLM-L6-v2", "all-MiniLM-L12-v2");
        List<String> tasks = List.of("clustering", "classification");
        EmbeddingSpec nomic = new EmbeddingSpec("search_document", "search_query", tasks, List.of());
        for (String version : List.of("v1", "v1-ablated", "v1-unsupervised")) {
            known.put("nomic-embed-text-" + version, nomic);
        }
        known.put(
                "nomic-embed-text-v1.5",
                new EmbeddingSpec("search_document", "search_query", tasks, List.of(768, 512, 384, 256, 128)));
        plain(
                known,
                "Represent this document for retrieval",
                "Represent this query for retrieving relevant documents",
                "llm-embedder");
        plain(
                known,
                "",
                "Represent this sentence for searching relevant passages",
                sizes("bge-%s-en", "bge-%s-en-v1.5"));
        plain(known, "passage", "query", sizes("e5-%s", "e5-%s-unsupervised", "e5-%s-v2"));
        plain(
                known,
                "",
                "Instruct: Given a query, retrieve relevant passages that answer the query\nQuery",
                Stream.concat(
                                Stream.of("e5-mistral-7b-instruct", "multilingual-e5-large-instruct"),
                                Arrays.stream(sizes("multilingual-e5-%s")))
                        .toArray(String[]::new));
        return Map.copyOf(known);
    }

    private static String[] sizes(String... patterns) {
        return Arrays.stream(patterns)
                .flatMap(pattern -> Stream.of("small", "base", "large").map(pattern::formatted))
                .toArray(String[]::new);
    }

    private static void plain(Map<String, EmbeddingSpec> known, String document, String query, String... names) {
        EmbeddingSpec spec = new EmbeddingSpec(document, query, List.of(), List.of());
        for (String name : names) {
            known.put(name, spec);
        }
    }
}
