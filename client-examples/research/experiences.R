# Reads cases, experiences and lessons by GraphQL, joins them, and draws how the experiences went.
#
#   Rscript experiences.R [URL [FOLDER [illustrations] [TIME]]]
#
# Needs R 4 with httr2 and jsonlite (Debian: apt-get install r-base-core r-cran-httr2 r-cran-jsonlite). Writes into FOLDER:
# experiences.csv (the joined table) and outcomes.png. Illustrations are invented records: they are left out unless asked for.
# With TIME, such as 2026-11-01T00:00:00Z, it reads the records as they were then, and whoever repeats it gets the same, but
# for what was retracted since.

library(httr2)

arguments <- commandArgs(trailingOnly = TRUE)
url <- if (length(arguments) >= 1) arguments[1] else "http://localhost:4000"
folder <- if (length(arguments) >= 2) arguments[2] else "."
provenances <- c("DOCUMENTED", "REPORTED", "IMPORTED", if ("illustrations" %in% arguments) "ILLUSTRATIVE")
as_of <- grep("^[0-9]{4}-", arguments, value = TRUE)

# Runs a query and gives its data.
ask <- function(query, variables) {
  answer <- request(paste0(url, "/graphql")) |>
    req_body_json(list(query = query, variables = variables)) |>
    req_retry(max_tries = 3) |>
    req_error(is_error = function(response) FALSE) |>
    req_perform() |>
    resp_body_json()
  if (!is.null(answer$errors)) stop(answer$errors[[1]]$message)
  answer$data
}

# Gives all entries of a list, page by page, as one data frame; `row` makes the rows of an entry.
read_list <- function(query, row) {
  rows <- list()
  after <- NULL
  repeat {
    page <- ask(query, list(after = after, asOf = if (length(as_of)) as_of, provenances = as.list(provenances)))$page
    rows <- c(rows, lapply(page$nodes, row))
    if (!page$pageInfo$hasNextPage) return(do.call(rbind, rows))
    after <- page$pageInfo$endCursor
  }
}

cases <- read_list(
  r"(query Cases($after: String, $asOf: DateTime, $provenances: [Provenance!]) {
    page: caseStudies(first: 500, after: $after, asOf: $asOf, filter: { provenances: $provenances }) {
      nodes { id title kind }
      pageInfo { hasNextPage endCursor }
    }
  })",
  function(node) data.frame(case = node$id, case_title = node$title, case_kind = node$kind)
)
experiences <- read_list(
  r"(query Experiences($after: String, $asOf: DateTime, $provenances: [Provenance!]) {
    page: experiences(first: 500, after: $after, asOf: $asOf, filter: { provenances: $provenances }) {
      nodes { id title phase outcome caseStudy { id } }
      pageInfo { hasNextPage endCursor }
    }
  })",
  function(node) {
    # A case that was taken back leaves its experiences behind.
    case <- if (is.null(node$caseStudy)) NA else node$caseStudy$id
    data.frame(experience = node$id, title = node$title, phase = node$phase, outcome = node$outcome, case = case)
  }
)
evidence <- read_list(
  r"(query Lessons($after: String, $asOf: DateTime, $provenances: [Provenance!]) {
    page: lessons(first: 500, after: $after, asOf: $asOf, filter: { provenances: $provenances }) {
      nodes { slug evidence { stance experience { id } } }
      pageInfo { hasNextPage endCursor }
    }
  })",
  function(node) {
    do.call(rbind, lapply(node$evidence, function(entry) {
      data.frame(experience = entry$experience$id, lesson = node$slug, stance = entry$stance)
    }))
  }
)
if (is.null(experiences)) stop("There are no experiences yet; see illustrations")

# One row for each experience and lesson; experiences that no lesson was drawn from stay.
joined <- merge(experiences, cases, by = "case", all.x = TRUE)
if (is.null(evidence)) evidence <- data.frame(experience = character(), lesson = character(), stance = character())
joined <- merge(joined, evidence, by = "experience", all.x = TRUE)
write.csv(joined, file.path(folder, "experiences.csv"), row.names = FALSE)

each <- joined[!duplicated(joined$experience), ]
counts <- table(
  factor(each$outcome, c("SUCCESS", "MIXED", "FAILURE")),
  ifelse(is.na(each$case_kind), "(case taken back)", each$case_kind)
)
counts <- counts[, order(colSums(counts)), drop = FALSE]
words <- function(text) gsub("_", " ", paste0(substr(text, 1, 1), tolower(substring(text, 2))))

png(file.path(folder, "outcomes.png"), width = 900, height = 150 + 60 * ncol(counts), type = "cairo", res = 96)
par(mar = c(4.5, 11, 4.5, 1), las = 1)
barplot(
  counts,
  horiz = TRUE,
  names.arg = words(colnames(counts)),
  col = c("#009E73", "#E69F00", "#D55E00"),
  border = NA,
  xlab = "experiences",
  axes = FALSE,
  main = "How it went, by kind of partnership",
  xlim = c(0, max(colSums(counts)) * 1.25),
  legend.text = words(rownames(counts)),
  args.legend = list(x = "right", bty = "n", border = NA)
)
axis(1, at = unique(floor(pretty(c(0, max(colSums(counts)))))))
invisible(dev.off())
cat(nrow(joined), "rows in experiences.csv, drawn in outcomes.png\n")
