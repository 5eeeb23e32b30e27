// llama.cpp as an engine of EmbeddingSpeed: llama_embeddings MODEL.gguf THREADS. Packs texts into batches of 2,048 tokens.

#include "llama.h"

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

int main(int argc, char ** argv) {
    if (argc != 3) return 2;
    llama_model * model = llama_model_load_from_file(argv[1], llama_model_default_params());
    if (!model) return 1;
    const int batch_tokens = 2048;
    llama_context_params params = llama_context_default_params();
    params.n_ctx = params.n_batch = params.n_ubatch = batch_tokens;
    params.n_seq_max = 128;
    params.kv_unified = true;
    params.n_threads = params.n_threads_batch = std::stoi(argv[2]);
    params.embeddings = true;
    params.pooling_type = LLAMA_POOLING_TYPE_MEAN;
    llama_context * context = llama_init_from_model(model, params);
    if (!context) return 1;
    const llama_vocab * vocab = llama_model_get_vocab(model);
    const int width = llama_model_n_embd(model);
    llama_batch batch = llama_batch_init(batch_tokens, 0, 1);

    std::string line;
    while (std::getline(std::cin, line)) {
        const size_t count = std::stoul(line);
        std::vector<float> vectors(count * width);
        size_t first = 0; // text that is sequence 0 of the batch
        batch.n_tokens = 0;
        auto flush = [&](size_t end) {
            if (llama_encode(context, batch) != 0) exit(1);
            for (size_t text = first; text < end; text++) {
                const float * vector = llama_get_embeddings_seq(context, text - first);
                std::copy(vector, vector + width, vectors.begin() + text * width);
            }
            batch.n_tokens = 0;
            first = end;
        };
        for (size_t text = 0; text < count; text++) {
            std::getline(std::cin, line);
            std::vector<llama_token> tokens(line.size() + 8);
            tokens.resize(llama_tokenize(vocab, line.c_str(), line.size(), tokens.data(), tokens.size(), true, false));
            if (batch.n_tokens + (int) tokens.size() > batch_tokens || text - first == params.n_seq_max) flush(text);
            for (size_t i = 0; i < tokens.size(); i++) {
                const int at = batch.n_tokens++;
                batch.token[at] = tokens[i];
                batch.pos[at] = i;
                batch.n_seq_id[at] = 1;
                batch.seq_id[at][0] = text - first;
                batch.logits[at] = true;
            }
        }
        flush(count);
        fwrite(vectors.data(), sizeof(float), vectors.size(), stdout);
        fflush(stdout);
    }
    return 0;
}
